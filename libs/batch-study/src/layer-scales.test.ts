import { useBackend } from '@flatland/tensor'
import { beforeAll, expect, test } from 'vitest'
import { runTrial } from './run-trial.ts'
import { checkTrial, type TrialInput } from './trial.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 512, heldOut: 50 },
  rule: { rule: 'lamb', weightDecay: 0.1 },
  learningRate: 0.01,
  batchSize: 64,
  length: { updates: 6 },
  evaluation: { every: { updates: 2 }, noise: null, layers: true },
  seed: 0,
}

const layersOf = async (change: Partial<TrialInput> = {}) =>
  (await runTrial({ ...trial, ...change })).result.curve.map(({ layers }) => layers)

test('each evaluation has the norms and the ratio of each parameter tensor, before the next update', async () => {
  const looks = await layersOf()
  expect(looks).toHaveLength(4)
  for (const look of looks) {
    expect(look?.map(({ name }) => name)).toEqual([
      'dense0/weights',
      'dense0/bias',
      'dense1/weights',
      'dense1/bias',
    ])
    for (const { weightNorm, directionNorm, ratio } of look ?? [])
      expect(ratio).toBeCloseTo(weightNorm === 0 ? 1 : weightNorm / directionNorm, 4)
  }
  // At the start biases are 0, and Adam's first direction has 1 or 0 for each number: at most √(784 · 16) long.
  expect(looks[0]?.[1]).toMatchObject({ weightNorm: 0, ratio: 1 })
  expect(looks[0]?.[0]?.directionNorm).toBeLessThan(Math.sqrt(784 * 16) + 1)
})

test('it is the same whatever the parts of a batch, and training goes its way unchanged', async () => {
  const whole = await layersOf()
  const parts = await layersOf({ microBatch: 16 })
  parts.forEach((look, i) => {
    look?.forEach(({ ratio }, j) => {
      expect(ratio / (whole[i]?.[j]?.ratio ?? NaN)).toBeCloseTo(1, 3)
    })
  })
  const unwatched = { ...trial, evaluation: { ...trial.evaluation, layers: false } }
  const [seen, unseen] = [await runTrial(trial), await runTrial(unwatched)]
  expect(seen.result.curve.map(({ train }) => train)).toEqual(unseen.result.curve.map(({ train }) => train))
  expect(unseen.result.curve.map(({ layers }) => layers)).toEqual([null, null, null, null])
})

test('only rules that scale layers are looked at', () => {
  const refused = (rule: TrialInput['rule']) => () => checkTrial({ ...trial, rule })
  expect(refused({ rule: 'adam' })).toThrow('evaluation.layers is true; Adam')
  expect(refused({ rule: 'sam', base: { rule: 'lamb' } })).toThrow('evaluation.layers is true; SAM')
  expect(refused({ rule: 'clipByNorm', limit: 1, base: { rule: 'lars' } })).not.toThrow()
})
