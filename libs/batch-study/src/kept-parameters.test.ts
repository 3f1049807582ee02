import { useBackend } from '@flatland/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashOfParameters } from './parameter-values.ts'
import { runTrial, type TrialRun } from './run-trial.ts'
import { resultSchema } from './trial-result.ts'
import type { TrialInput } from './trial.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const trial: TrialInput = {
  network: { kind: 'F1', width: 8 },
  data: { name: 'mnist', train: 512, heldOut: 200 },
  rule: { rule: 'adam' },
  learningRate: 0.01,
  batchSize: 128,
  length: { epochs: 2 },
  keep: 'evaluations',
  seed: 0,
}

/** The trial that starts from the parameters another kept at some place, and those. */
function from({ result, kept }: TrialRun, place: number, then: TrialInput) {
  const { sha256 } = result.kept.at(place) ?? never()
  return [{ ...then, start: { parameters: sha256 } }, { start: kept.at(place) ?? never() }] as const
}

const never = (): never => {
  throw new Error('nothing was kept')
}

const apart = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  Math.hypot(...(a ?? never()).map((value, i) => value - (b?.[i] ?? NaN)))

describe('kept parameters', () => {
  test('are those at all evaluations, at the end, or none, each under the hash of its bytes', async () => {
    const { result, kept } = await runTrial(trial)
    expect(result.kept.map(({ update, epoch }) => [update, epoch])).toEqual([
      [0, 0],
      [4, 1],
      [8, 2],
    ])
    expect(result.kept.map(({ sha256 }) => sha256)).toEqual(kept.map(hashOfParameters))
    expect(kept.map(({ length }) => length)).toEqual([1, 2, 3].map(() => result.parameters))
    const end = await runTrial({ ...trial, keep: 'end' })
    expect(end.result.kept).toEqual(result.kept.slice(-1))
    expect(end.kept).toEqual(kept.slice(-1))
    const { keep, ...without } = trial
    expect(keep).toBe('evaluations')
    expect(await runTrial(without)).toMatchObject({ kept: [], result: { kept: [] } })
  })

  test('are those of the point that reached the target', async () => {
    const { result } = await runTrial({
      ...trial,
      keep: 'end',
      evaluation: { every: { updates: 1 } },
      target: { of: 'train', loss: 2.14 },
    })
    expect(result.end).toBe('target')
    expect(result.kept).toHaveLength(1)
    expect(result.kept[0]?.update).toBe(result.updates)
  })

  test('of a trial that diverges are those of its finite points', async () => {
    const wild: TrialInput = {
      ...trial,
      network: { kind: 'mlp', hidden: [8] },
      rule: { rule: 'sgd' },
      learningRate: 1e30,
      evaluation: { every: { updates: 1 } },
    }
    const { result } = await runTrial(wild)
    expect(result.end).toBe('diverged')
    expect(result.kept.map(({ update }) => update)).toEqual(result.curve.map(({ update }) => update))
    expect((await runTrial({ ...wild, keep: 'end' })).result.kept).toEqual([])
  })

  test('a result of before there were any has none', async () => {
    const { kept, ...before } = (await runTrial({ ...trial, keep: 'nothing' })).result
    expect(resultSchema.parse(before)).toEqual({ ...before, kept })
  })
})

describe('a start from kept parameters', () => {
  test.each(['population', 'batch'] as const)(
    'gives the same evaluation bit for bit, with the statistics of the %s',
    async normalization => {
      const evaluation = { normalization, every: { updates: 1 } } as const
      const run = await runTrial({ ...trial, evaluation: { normalization } })
      const still: TrialInput = { ...trial, evaluation, learningRate: 0, length: { updates: 1 } }
      const { result, kept } = await runTrial(...from(run, -1, still))
      const { train, heldOut } = run.result.curve.at(-1) ?? never()
      expect(result.curve.map(point => [point.train, point.heldOut, point.distance])).toEqual([
        [train, heldOut, 0],
        [train, heldOut, 0],
      ])
      expect(kept).toEqual([run.kept.at(-1), run.kept.at(-1)])
    },
  )

  test('of SGD goes on as if it had not stopped, where each epoch is one batch', async () => {
    const steady: TrialInput = {
      ...trial,
      network: { kind: 'mlp', hidden: [8] },
      rule: { rule: 'sgd' },
      batchSize: 512,
      length: { updates: 3 },
    }
    const whole = await runTrial({ ...steady, length: { updates: 6 } })
    const second = await runTrial(...from(await runTrial(steady), -1, steady))
    const [start, a, b] = [whole.kept[0], whole.kept.at(-1), second.kept.at(-1)]
    // Not bit for bit: the first two updates of each run are no graph yet, and the order of its images is another.
    expect(apart(a, b)).toBeLessThan(1e-4 * apart(start, a))
  })

  test('measures the distance from itself', async () => {
    const run = await runTrial(trial)
    const { result, kept } = await runTrial(...from(run, -1, trial))
    expect(result.curve[0]?.distance).toBe(0)
    const distance = result.curve.at(-1)?.distance ?? NaN
    // The sum of squares is of float32.
    expect(Math.abs(distance / apart(kept.at(-1), run.kept.at(-1)) - 1)).toBeLessThan(1e-5)
    expect(distance).toBeGreaterThan(0)
  })

  test('is refused where the parameters are missing, others, of another network, or not asked for', async () => {
    const run = await runTrial(trial)
    const [warm, { start }] = from(run, -1, trial)
    await expect(runTrial(warm)).rejects.toThrow(
      `start.parameters is ${warm.start.parameters}; no parameters are kept under it`,
    )
    await expect(runTrial(warm, { start: run.kept[0] })).rejects.toThrow(
      `start.parameters is ${warm.start.parameters}; those given are others`,
    )
    await expect(runTrial({ ...warm, network: { kind: 'F1', width: 9 } }, { start })).rejects.toThrow(
      /start\.parameters is \w+, of 6698 numbers; it must be one of \d+, which f1 784–5×9–10 has/,
    )
    await expect(runTrial(trial, { start })).rejects.toThrow(
      'start is null; yet parameters to start from were given',
    )
  })
})
