import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { runTrial } from './run-trial.ts'
import { imagesAt, tokensOnBackend, trialData } from './trial-data.ts'
import { trialNetwork } from './trial-network.ts'
import { checkTrial, type TrialInput } from './trial.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const bert = { kind: 'bert', layers: 1, width: 8, heads: 2, feedForward: 16, dropout: false } as const

const masked: TrialInput = {
  network: bert,
  data: { name: 'english-128', train: 24, heldOut: 30 },
  rule: { rule: 'lamb' },
  learningRate: 0.01,
  batchSize: 8,
  length: { updates: 3 },
  evaluation: { every: { updates: 3 }, train: 24, noise: { batches: 2, batchSize: 4 } },
  seed: 0,
}

const definitions: TrialInput = {
  ...masked,
  data: { name: 'wordnet', train: 64, heldOut: 30 },
  rule: { rule: 'adamW' },
}

describe('a trial on text', () => {
  test('hidden tokens: at its start each of 4096 is about as likely, and the loss falls', async () => {
    const { result } = await runTrial(masked)
    const [start, end] = result.curve
    expect(start?.train.loss).toBeCloseTo(Math.log(4096), 1)
    expect(start?.heldOut.loss).toBeCloseTo(Math.log(4096), 1)
    expect(end?.train.loss).toBeLessThan(start?.train.loss ?? 0)
    expect(result.network).toContain('bert 1×8')
    expect(end?.noise?.batches).toBe(2)
  })

  test('loss and accuracy are means over what is predicted: the same in float64 on the host and in float32', async () => {
    const measured = async (dtype: 'float32' | 'float64') =>
      (await runTrial({ ...masked, evaluation: { ...masked.evaluation, dtype } })).result.curve.at(-1)
    const [single, double] = [await measured('float32'), await measured('float64')]
    expect(single?.heldOut.loss).toBeCloseTo(double?.heldOut.loss ?? NaN, 5)
    expect(single?.heldOut.accuracy).toBeCloseTo(double?.heldOut.accuracy ?? NaN, 6)
    // 30 sequences of 19 hidden tokens.
    expect((double?.heldOut.accuracy ?? NaN) * 30 * 19).toBeCloseTo(
      Math.round((double?.heldOut.accuracy ?? NaN) * 30 * 19),
      6,
    )
  })

  test('sentences: at its start each of ten classes is about as likely', async () => {
    const { result } = await runTrial(definitions)
    expect(result.curve[0]?.heldOut.loss).toBeCloseTo(Math.log(10), 1)
    expect(result.network).toContain('10 classes')
  })

  test.each([masked, { ...masked, network: { ...bert, dropout: true } }])(
    'a batch in parts takes the way of the whole batch without dropout, and another with: %#',
    async trial => {
      const [whole, parts] = [await runTrial(trial), await runTrial({ ...trial, microBatch: 2 })]
      const [a = NaN, b = NaN] = [whole, parts].map(({ result }) => result.curve.at(-1)?.heldOut.loss)
      if (trial === masked) expect(Math.abs(a - b)).toBeLessThan(1e-5)
      else expect(Math.abs(a - b)).toBeGreaterThan(1e-5)
    },
  )

  test('the rows of a batch come with the tokens that are hidden in them, in their order', async () => {
    const data = await trialData(checkTrial(masked))
    const all = data.train.labels.arraySync() as number[][]
    tf.tidy(() => {
      const { x, labels } = imagesAt(data.train, tf.tensor1d([5, 2], 'int32'))
      expect(x.shape).toEqual([2, 2 * 128 + 19])
      expect([...labels.dataSync()]).toEqual([...(all[5] ?? []), ...(all[2] ?? [])])
    })
    data.dispose()
  })
})

test('a token that there is none of is refused before it reaches the network', () => {
  const row = [2, 4096, 3, 0, 0, 0]
  const split = { width: 6, inputs: Int32Array.from(row), labelsPerExample: 1, labels: Int32Array.of(0) }
  expect(() => tokensOnBackend({ ...split, size: 1, classes: ['a'] }, 1)).toThrow(
    'row 0, token 1 is 4096; it must be from 0 to 4095',
  )
})

test('one encoder for sequences of both lengths: parameters go over as they are', () => {
  const shapes = (['english-128', 'english-512'] as const).map(
    name => trialNetwork(checkTrial({ ...masked, data: { name } })).parameterShapes,
  )
  expect(shapes[0]).toEqual(shapes[1])
})

test('text goes to bert, and nothing else does', () => {
  const refusal = (change: Partial<TrialInput>) => () => checkTrial({ ...masked, ...change })
  expect(refusal({ network: { kind: 'mlp', hidden: [] } })).toThrow(
    'network is mlp; for english-128, which has text, it must be one of bert',
  )
  expect(refusal({ data: { name: 'mnist' } })).toThrow(
    'network is bert; for mnist, which has images, it must be one of mlp, cnn, lenet',
  )
  expect(refusal({ network: { ...bert, heads: 3 } })).toThrow('width is 8 and heads is 3')
  expect(refusal({ microBatch: 3 })).toThrow('microBatch is 3; it must divide batchSize, 8')
  expect(refusal({ data: { name: 'english-512', train: 40_000 } })).toThrow('data.train is 40000')
})
