import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { leadRank } from './data-parallel.ts'
import type { GradientBoard } from './gradient-board.ts'
import { localExecutor } from './local-executor.ts'
import { hashOfParameters } from './parameter-values.ts'
import type { RankProcess } from './rank-process.ts'
import { rankTraining } from './rank-training.ts'
import { runTrial } from './run-trial.ts'
import { sweep } from './sweep.ts'
import { checkTrial, type TrialInput } from './trial.ts'
import { trialData } from './trial-data.ts'
import { trialStore } from './trial-store.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 500, heldOut: 100 },
  rule: { rule: 'heavyBall' },
  learningRate: 0.02,
  batchSize: 64,
  length: { epochs: 2 },
  evaluation: { noise: null },
  keep: 'end',
  seed: 0,
}
const twice: TrialInput = { ...trial, processes: 2 }
/** Minutes, unless it is stopped. */
const endless: TrialInput = { ...twice, length: { epochs: 100_000 } }

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      const [, parent = ''] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      return [{ pid: Number(name), parent: Number(parent), command }]
    } catch {
      return []
    }
  })
}

const children = (parent: number, file: string): number[] =>
  processes()
    .filter(each => each.parent === parent && each.command.includes(file))
    .map(({ pid }) => pid)

/** Those that share the batches of a trial that a process runs. */
const ranks = (parent = process.pid): number[] => children(parent, 'rank-worker')

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

describe('a trial of several processes', () => {
  test.each<[string, TrialInput]>([
    ['an MLP with momentum', trial],
    [
      'a CNN with LAMB',
      { ...trial, network: { kind: 'cnn', filters: [4, 6], hidden: [16, 12] }, rule: { rule: 'lamb' } },
    ],
  ])('has the trajectory of one: %s', async (_, given) => {
    const one = await runTrial(given)
    const before = tf.memory().numTensors
    const two = await runTrial({ ...given, processes: 2 })
    expect(tf.memory().numTensors).toBe(before)
    const [a, b] = [one.kept[0] ?? new Float32Array(), two.kept[0] ?? new Float32Array()]
    const way = one.result.curve.at(-1)?.distance ?? NaN
    expect(way).toBeGreaterThan(0.5)
    // Sums of float32 in another order; relative to the way that was gone.
    expect(Math.hypot(...a.map((value, i) => value - (b[i] ?? NaN))) / way).toBeLessThan(1e-5)
    const losses = ({ result }: typeof one): number[] =>
      result.curve.flatMap(({ train, batchLoss }) => [train.loss, batchLoss ?? 0])
    expect(losses(two)).toHaveLength(6)
    for (const [i, loss] of losses(one).entries())
      expect(Math.abs(loss - (losses(two)[i] ?? NaN))).toBeLessThan(1e-5)
    // To the bit, whoever was faster.
    if (given === trial) expect((await runTrial(twice)).kept).toEqual(two.kept)
    expect(ranks().filter(isAlive)).toEqual([])
  })

  test('starts from given parameters in all its processes', async () => {
    const [values] = (await runTrial({ ...trial, length: { updates: 1 } })).kept
    const warm: TrialInput = {
      ...twice,
      start: { parameters: hashOfParameters(values ?? new Float32Array()) },
      length: { updates: 1 },
    }
    const { result } = await runTrial(warm, { start: values })
    const alone = await runTrial({ ...warm, processes: 1 }, { start: values })
    const [one, two] = [alone.result.curve.at(-1), result.curve.at(-1)]
    expect(two?.update).toBe(1)
    expect(Math.abs((one?.train.loss ?? 0) - (two?.train.loss ?? NaN))).toBeLessThan(1e-5)
  })

  test('that diverges is a result', async () => {
    const { result } = await runTrial({ ...twice, learningRate: 1e6 })
    expect(result).toMatchObject({ end: 'diverged', divergedAt: result.updates, kept: [] })
    expect(result.updates).toBeLessThan(16)
  })

  test('is stopped with all its processes', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const stopped = runTrial(endless, {
      signal: controller.signal,
      onProgress: ({ update }) => {
        seen.push(...ranks())
        if (update === 5) controller.abort(new Error('enough'))
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(new Set(seen).size).toBe(1)
    expect(seen.filter(isAlive)).toEqual([])
  })

  test('one of which is killed rejects with its name', async () => {
    const killed = runTrial(endless, {
      onProgress: ({ update }) => {
        if (update === 5) for (const pid of ranks()) process.kill(pid, 'SIGKILL')
      },
    })
    await expect(killed).rejects.toMatchObject({
      name: 'RankDied',
      message: 'Process 2 of the 2 of this trial ended with SIGKILL.',
    })
  })

  test('one of which refuses to run rejects with its reason', async () => {
    const refused = runTrial(endless)
    // This process has what it needs; those that it starts find nothing.
    vi.stubEnv('FLATLAND_CACHE', join(tmpdir(), 'nothing is here'))
    await expect(refused).rejects.toThrow(
      'Process 2 of the 2 of this trial: The native backend does not run: it is not built',
    )
    expect(ranks().filter(isAlive)).toEqual([])
  })
})

test('a process that has become another network is named, when the trial evaluates', async () => {
  const given = checkTrial({ ...twice, evaluation: { every: { updates: 3 }, noise: null } })
  const data = await trialData(given)
  const own = rankTraining(given, { rank: 0, ranks: 2 }, data.train)
  const asked: unknown[] = []
  const other = {
    tell: (message: unknown) => asked.push(message),
    next: (kind: string) =>
      Promise.resolve(kind === 'put' ? { kind, loss: 0 } : { kind, hash: 'of another network' }),
    kill: () => Promise.resolve(),
  } as unknown as RankProcess
  const board: GradientBoard = { put: () => undefined, sum: gradient => gradient }
  const update = leadRank(given, own, board, [other])
  const places = Int32Array.from({ length: 64 }, (_, i) => i)
  await update(places)
  await update(places)
  await expect(update(places)).rejects.toThrow(
    'After update 3, process 2 of the 2 of this trial has other parameters, or another state of the optimiser',
  )
  expect(asked).toEqual([false, false, true].map(hash => ({ kind: 'step', hash })))
  own.dispose()
  data.dispose()
})

describe('in a sweep', () => {
  test('it has the cores of all its processes, and a rank that is killed has it tried again', async () => {
    const store = trialStore(mkdtempSync(join(tmpdir(), 'ranks-')))
    const workers = (): number[] => children(process.pid, 'trial-worker')
    const [most, killed, results]: [number[], Set<number>, number[]] = [[], new Set(), []]
    const length = { updates: 300 }
    const trials: TrialInput[] = [
      { ...twice, length },
      { ...trial, seed: 1 },
    ]
    for await (const event of sweep(trials, { store, executor: localExecutor({ cores: 2 }) })) {
      most.push(workers().length)
      const others = workers().flatMap(ranks)
      if (event.kind === 'progress' && event.index === 0 && killed.size === 0)
        for (const pid of others) {
          killed.add(pid)
          process.kill(pid, 'SIGKILL')
        }
      if (event.kind === 'failed') throw new Error(event.reason)
      if (event.kind === 'result') results.push(event.result.updates)
    }
    expect(killed.size).toBe(1)
    expect(results).toEqual([300, 16])
    expect(Math.max(...most)).toBe(1)
    expect([...killed, ...workers().flatMap(ranks)].filter(isAlive)).toEqual([])
    rmSync(store.folder, { recursive: true })
  })

  test('kill -9 of rank 0: the others end by themselves', async () => {
    const script = `
      import { runTrial } from ${JSON.stringify(new URL('./run-trial.ts', import.meta.url).href)}
      await runTrial(${JSON.stringify(endless)}, {
        onProgress: ({ update }) => {
          if (update === 3) console.log('three updates are done')
        },
      })`
    const leader = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(leader.stdout, 'data')
    const left = ranks(leader.pid)
    expect(left.filter(isAlive)).toHaveLength(1)
    leader.kill('SIGKILL')
    await expect.poll(() => left.filter(isAlive), { timeout: 20_000 }).toEqual([])
  })
})
