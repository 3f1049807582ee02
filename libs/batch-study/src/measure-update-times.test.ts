import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { batches, mnist } from '@flatland/datasets'
import { initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { measureUpdateTimes } from './measure-update-times.ts'
import { timeUpdates } from './time-updates.ts'
import type { UpdateTimeStudy } from './update-time-study.ts'

const study: UpdateTimeStudy = {
  backend: 'native',
  threads: 1,
  hidden: [8],
  batchSizes: [1, 16, 256],
  repetitions: 5,
  secondsPerSize: 1,
  seed: 0,
}

describe('measureUpdateTimes', () => {
  test('times every size three times over on the backend and threads of the study, with progress', async () => {
    const seen: string[] = []
    const { rows, missing, tensorflow } = await measureUpdateTimes(study, {
      onProgress: (done, total) => seen.push(`${done}/${total}`),
    })
    expect(rows.map(row => [row.backend, row.threads, row.batchSize, row.repetitions])).toEqual([
      ['native', 1, 1, 6],
      ['native', 1, 16, 6],
      ['native', 1, 256, 6],
    ])
    for (const { lower, median, upper } of rows) {
      expect(lower).toBeGreaterThan(0)
      expect(median).toBeGreaterThanOrEqual(lower)
      expect(upper).toBeGreaterThanOrEqual(median)
    }
    expect(missing).toEqual([])
    expect(tensorflow).toBe('2.21.0')
    expect(seen).toEqual(['1/9', '2/9', '3/9', '4/9', '5/9', '6/9', '7/9', '8/9', '9/9'])
  })

  test('wasm too, in a process of its own', async () => {
    const { rows, tensorflow } = await measureUpdateTimes({ ...study, backend: 'wasm', batchSizes: [4, 64] })
    expect(rows.map(row => row.backend)).toEqual(['wasm', 'wasm'])
    expect(tensorflow).toBeNull()
  })

  test('stopping keeps what was measured and lists the rest as missing', async () => {
    const controller = new AbortController()
    const { rows, missing } = await measureUpdateTimes(
      { ...study, batchSizes: [1, 60_000, 60_000], hidden: [512, 512] },
      {
        signal: controller.signal,
        onProgress: () => {
          controller.abort()
        },
      },
    )
    expect(rows).toHaveLength(1)
    expect(missing).toEqual([
      { batchSize: 60_000, reason: 'stopped by the caller' },
      { batchSize: 60_000, reason: 'stopped by the caller' },
    ])
  })

  test('a later call stops an earlier one, so that the two never share the cores', async () => {
    const long = { ...study, batchSizes: [60_000], hidden: [512, 512], secondsPerSize: 60, repetitions: 1000 }
    const earlier = measureUpdateTimes(long)
    const refused = expect(earlier).rejects.toThrow('a later one began')
    const { rows } = await measureUpdateTimes({ ...study, batchSizes: [1] })
    expect(rows).toHaveLength(1)
    await refused
  })

  test('the worker ends soon after the process that asked for it has died', async () => {
    const worker = new URL('./update-time-worker.ts', import.meta.url).pathname
    const long = { ...study, batchSizes: [1000], hidden: [512, 512], secondsPerSize: 300, repetitions: 1e6 }
    const script = `const { fork } = await import('node:child_process')
      const child = fork(${JSON.stringify(worker)}, { execArgv: [] }); child.send(${JSON.stringify(long)})
      child.on('message', () => { process.stdout.write(String(child.pid)) })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer]
    parent.kill('SIGKILL')
    const state = `/proc/${pid.toString().trim()}/stat`
    // A process that has ended and that nobody asked about stays in the list as a zombie, Z.
    const alive = (): boolean => existsSync(state) && !readFileSync(state, 'utf8').includes(') Z ')
    expect(alive()).toBe(true)
    await expect.poll(alive, { timeout: 20_000 }).toBe(false)
  })

  test('wasm with two threads, and a seed beyond 32 bits, are refused', async () => {
    await expect(measureUpdateTimes({ ...study, backend: 'wasm', threads: 2 })).rejects.toThrow(
      'wasm has one thread',
    )
    await expect(measureUpdateTimes({ ...study, seed: 2 ** 33 })).rejects.toThrow('seed')
  })

  test('a study that cannot be timed is refused before a process starts, field by field', async () => {
    const bad = { ...study, batchSizes: [0, 70_000], threads: 1.5, colour: 'red' }
    await expect(measureUpdateTimes(bad)).rejects.toThrow(
      /cannot be timed:[^]*colour[^]*threads[^]*batchSizes\[0\][^]*batchSizes\[1\]/,
    )
  })
})

describe('no tensor is left behind', () => {
  const network = mlp({ inputs: 784, hidden: [16], classes: 10 })

  test('by a training step, an epoch over MNIST, or an error thrown inside a step', async () => {
    await useBackend('native')
    const { train } = await mnist()
    const optimizer = tf.train.sgd(0.1)
    const parameters = initialParameters(network, randomStream(0))
    const step = (images: Float32Array, labels: Int32Array, fail = false): void => {
      tf.tidy(() => {
        const x = tf.tensor2d(images, [labels.length, 784])
        const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat()
        optimizer.minimize(
          () => {
            const loss = crossEntropy(network.logits(parameters, x), y)
            if (fail) throw new Error('a user error inside the step')
            return loss
          },
          false,
          parameters,
        )
      })
    }
    const [first] = batches(train, { batchSize: 32, seed: 0 })
    if (first === undefined) throw new Error('MNIST has no batch')
    step(first.images, first.labels)
    const before = tf.memory().numTensors
    step(first.images, first.labels)
    expect(tf.memory().numTensors).toBe(before)

    for (const { images, labels } of batches(train, { batchSize: 512, seed: 0 })) step(images, labels)
    expect(tf.memory().numTensors).toBe(before)

    expect(() => {
      step(first.images, first.labels, true)
    }).toThrow('a user error inside the step')
    expect(tf.memory().numTensors).toBe(before)
    optimizer.dispose()
    tf.dispose(parameters)
  })

  test('by timing, also when its reader stops after the first size', async () => {
    await useBackend('native')
    const before = tf.memory().numTensors
    const points = timeUpdates(study)
    await points.next()
    await points.return(undefined)
    expect(tf.memory().numTensors).toBe(before)
  })
})
