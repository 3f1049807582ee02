import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { batches, mnist } from '@flatland/datasets'
import { initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test, vi } from 'vitest'
import { measureUpdateTimes } from './measure-update-times.ts'
import { timeUpdates } from './time-updates.ts'
import type { UpdateTimeStudy } from './update-time-study.ts'

const study: UpdateTimeStudy = {
  backend: 'native',
  mode: 'eager',
  threads: 1,
  hidden: [8],
  batchSizes: [1, 16, 256],
  repetitions: 5,
  secondsPerSize: 1,
  seed: 0,
}

describe('measureUpdateTimes', () => {
  test('times every size of every study three times over as the study says, with progress', async () => {
    const seen: string[] = []
    const [eager, compiled] = await measureUpdateTimes([study, { ...study, mode: 'compiled', threads: 2 }], {
      onProgress: (done, total) => seen.push(`${done}/${total}`),
    })
    const rows = [eager, compiled].flatMap(result => result?.rows ?? [])
    expect(
      rows.map(row => [row.backend, row.mode, row.threads, row.batchSize, row.repetitions].join(' ')),
    ).toEqual([
      ...['native eager 1 1 6', 'native eager 1 16 6', 'native eager 1 256 6'],
      ...['native compiled 2 1 6', 'native compiled 2 16 6', 'native compiled 2 256 6'],
    ])
    for (const { lower, median, upper } of rows) {
      expect(lower).toBeGreaterThan(0)
      expect(median).toBeGreaterThanOrEqual(lower)
      expect(upper).toBeGreaterThanOrEqual(median)
    }
    expect(eager).toMatchObject({ missing: [], tensorflow: '2.21.0' })
    expect(eager?.flopsPerSecond).toBeGreaterThan(0)
    expect(compiled?.study.mode).toBe('compiled')
    expect(seen).toEqual(Array.from({ length: 18 }, (_, i) => `${i + 1}/18`))
  })

  test('wasm too, in a process of its own', async () => {
    const [result] = await measureUpdateTimes([{ ...study, backend: 'wasm', batchSizes: [4, 64] }])
    expect(result?.rows.map(row => row.backend)).toEqual(['wasm', 'wasm'])
    expect(result?.tensorflow).toBeNull()
  })

  test('stopping keeps what was measured and lists the rest as missing, also of studies that did not begin', async () => {
    const controller = new AbortController()
    const [begun, waiting] = await measureUpdateTimes(
      [{ ...study, batchSizes: [1, 60_000, 60_000], hidden: [512, 512] }, study],
      {
        signal: controller.signal,
        onProgress: () => {
          controller.abort()
        },
      },
    )
    expect(begun?.rows).toHaveLength(1)
    expect(begun?.missing).toEqual([
      { batchSize: 60_000, reason: 'stopped by the caller' },
      { batchSize: 60_000, reason: 'stopped by the caller' },
    ])
    expect(waiting).toMatchObject({ rows: [], flopsPerSecond: null })
    expect(waiting?.missing).toHaveLength(3)
  })

  test('a later call stops an earlier one, so that the two never share the cores', async () => {
    const long = { ...study, batchSizes: [60_000], hidden: [512, 512], secondsPerSize: 60, repetitions: 1000 }
    const earlier = measureUpdateTimes([long])
    const refused = expect(earlier).rejects.toThrow('a later one began')
    const [later] = await measureUpdateTimes([{ ...study, batchSizes: [1] }])
    expect(later?.rows).toHaveLength(1)
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

  test.each([
    [{ backend: 'wasm', threads: 2 }, 'wasm has one thread'],
    [{ backend: 'wasm', mode: 'compiled' }, "on wasm a compiled update runs eagerly, so its mode is 'eager'"],
    [{ seed: 2 ** 33 }, 'seed'],
  ] as const)('%j is refused', async (change, message) => {
    await expect(measureUpdateTimes([study, { ...study, ...change }])).rejects.toThrow(message)
  })

  test('no study is refused', async () => {
    await expect(measureUpdateTimes([])).rejects.toThrow('there is no study')
  })

  test('a study that cannot be timed is refused before a process starts, field by field', async () => {
    const bad = { ...study, batchSizes: [0, 70_000], threads: 1.5, colour: 'red' }
    await expect(measureUpdateTimes([bad])).rejects.toThrow(
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

  test.each(['eager', 'compiled'] as const)('by %s timing, also when its reader stops early', async mode => {
    await useBackend('native')
    const before = tf.memory().numTensors
    const points = timeUpdates({ ...study, mode })
    await points.next()
    await points.return(undefined)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('a compiled update', () => {
  test('is traced at each size before it is timed, however little time there is', async () => {
    await useBackend('native')
    const minimize = vi.spyOn(tf.SGDOptimizer.prototype, 'minimize')
    const hasty = { ...study, mode: 'compiled', repetitions: 1, secondsPerSize: 1e-6 } as const
    const points = timeUpdates(hasty)
    // The first size warms up the process too: it has later checks.
    await points.next()
    minimize.mockClear()
    const timed: number[] = []
    for await (const { times } of points) timed.push(times.length)
    expect(timed).toEqual([1, 1])
    // Twice at each size; all other updates were the graph's.
    expect(minimize).toHaveBeenCalledTimes(4)
    minimize.mockRestore()
  })
})
