import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { runTrial, type TrialRun } from './run-trial.ts'
import type { TrialInput } from './trial.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [8] },
  data: { name: 'mnist', train: 320, heldOut: 100 },
  rule: { rule: 'sgd' },
  learningRate: 0.1,
  batchSize: 32,
  length: { epochs: 3 },
  keep: 'evaluations',
  seed: 3,
}

/** Runs until the update, and no further. */
async function checkpointAt(update: number, given: TrialInput): Promise<Uint8Array> {
  let at = 0
  let bytes: Uint8Array | undefined
  const stop = new AbortController()
  const running = runTrial(given, {
    signal: stop.signal,
    onProgress: progress => (at = progress.update),
    isCheckpointDue: () => at === update,
    onCheckpoint: checkpoint => {
      bytes = encodeCheckpoint(checkpoint)
      stop.abort()
    },
  })
  await expect(running).rejects.toThrow('aborted')
  if (bytes === undefined) throw new Error('no checkpoint was made')
  return bytes
}

function decoded(bytes: Uint8Array): Checkpoint {
  const checkpoint = decodeCheckpoint(bytes)
  if (checkpoint === undefined) throw new Error('not whole')
  return checkpoint
}

/**
 * All but times, as rounded as the first update after a stop is: it makes the graph of the others, and is computed outside of
 * it.
 */
const comparable = (
  { result: { updateTime, epochSeconds, curve, ...rest }, kept }: TrialRun,
  number: (value: number) => unknown = near,
) => {
  expect([updateTime, epochSeconds]).not.toContain(0)
  return {
    ...rest,
    kept: rest.kept.map(({ update, epoch }) => [update, epoch]),
    curve: curve.map(({ seconds, distance, batchLoss, train, heldOut, update }) => {
      expect(seconds).toBeGreaterThanOrEqual(0)
      return [update, heldOut.accuracy, ...[distance, batchLoss ?? 0, train.loss, heldOut.loss].map(number)]
    }),
    values: kept.map(values => Array.from(values, number)),
  }
}

const plain = (run: TrialRun) => comparable(run, value => value)

const near = (value: number): unknown => expect.closeTo(value, 5)

describe('a trial that goes on from a checkpoint ends as one that never stopped', () => {
  const rules: readonly (readonly [string, Partial<TrialInput>])[] = [
    ['SGD', {}],
    [
      'AdamW under a schedule',
      { rule: { rule: 'adamW' }, learningRate: { schedule: 'cosine', learningRate: 0.01, steps: 30 } },
    ],
    ['LAMB over micro-batches', { rule: { rule: 'lamb' }, learningRate: 0.01, microBatch: 16 }],
    [
      'SAM on moved images',
      {
        rule: { rule: 'sam', base: { rule: 'sgd' } },
        data: { name: 'mnist', train: 320, heldOut: 100, augmentation: 'shift' },
      },
    ],
    [
      'conservative training',
      {
        rule: { rule: 'conservative', base: { rule: 'adam' }, strength: 0.1, steps: 2 },
        learningRate: 0.01,
      },
    ],
  ]
  test.each(rules)('%s', async (_, changes) => {
    const given = { ...trial, ...changes }
    const straight = await runTrial(given)
    const tensors = tf.memory().numTensors
    // Within an epoch, and right after an evaluation.
    for (const update of [7, 20]) {
      const from = decoded(await checkpointAt(update, given))
      expect(from.update).toBe(update)
      expect(plain(await runTrial(given, { from }))).toEqual(comparable(straight))
    }
    expect(tf.memory().numTensors).toBe(tensors)
  })
})

test('bytes that are cut, or changed, are no checkpoint', async () => {
  const bytes = await checkpointAt(2, trial)
  const changed = Uint8Array.from(bytes)
  changed[100] = (changed[100] ?? 0) ^ 1
  expect(decodeCheckpoint(bytes)?.update).toBe(2)
  expect(decodeCheckpoint(bytes.subarray(0, -1))).toBeUndefined()
  expect(decodeCheckpoint(changed)).toBeUndefined()
  expect(decodeCheckpoint(new Uint8Array())).toBeUndefined()
})

test('a checkpoint of another network is refused', async () => {
  const from = decoded(await checkpointAt(2, trial))
  const other: TrialInput = { ...trial, network: { kind: 'mlp', hidden: [9] } }
  await expect(runTrial(other, { from })).rejects.toThrow(
    'a checkpoint has 6370 parameters; the network has 7165',
  )
})
