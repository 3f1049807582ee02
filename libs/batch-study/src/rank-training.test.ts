import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addInto } from './gradient-board.ts'
import { readParameters } from './parameter-values.ts'
import { rankTraining, type RankTraining } from './rank-training.ts'
import { startTraining } from './training.ts'
import { type TrialData, trialData } from './trial-data.ts'
import { checkTrial, type Trial, type TrialInput } from './trial.ts'

const mlp: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 512, heldOut: 1 },
  rule: { rule: 'heavyBall' },
  learningRate: 0.05,
  batchSize: 64,
  length: { updates: 8 },
  seed: 3,
}
const cnn: TrialInput = { ...mlp, network: { kind: 'cnn', filters: [4, 6], hidden: [16, 12] } }

let data: TrialData
beforeAll(async () => {
  await useBackend('native', { threads: 1 })
  data = await trialData(checkTrial(mlp))
})
afterAll(() => {
  data.dispose()
})

const UPDATES = 8
/** Other images in each update; the last batch is smaller. */
const placesOf = (update: number): Int32Array =>
  Int32Array.from({ length: update === UPDATES - 1 ? 38 : 64 }, (_, i) => (64 * update + 3 * i) % 512)

interface End {
  readonly parameters: Float32Array
  readonly losses: readonly number[]
  readonly distance: number
}

function alone(trial: Trial, last: number): End {
  const training = startTraining(trial, data.train)
  const losses = Array.from({ length: last }, (_, update) => training.update(placesOf(update)))
  const end = { parameters: readParameters(training.parameters), losses, distance: training.distance() }
  training.dispose()
  return end
}

/** All ranks in this process, one after the other. */
async function together(trial: Trial, ranks: number, last: number): Promise<End> {
  const all = Array.from({ length: ranks }, (_, rank) => rankTraining(trial, { rank, ranks }, data.train))
  const losses = Array.from({ length: last }, (_, update) => updateAll(all, update))
  const hashes = await Promise.all(all.map(each => each.hash()))
  expect(new Set(hashes).size).toBe(1)
  const [first] = all as [RankTraining]
  const end = { parameters: readParameters(first.parameters), losses, distance: first.distance() }
  for (const each of all) each.dispose()
  return end
}

function updateAll(all: readonly RankTraining[], update: number): number {
  const [first] = all as [RankTraining]
  const losses: number[] = []
  for (let pass = 0; pass < first.passes; pass++) {
    const shares = all.map(each => each.share(update, placesOf(update)))
    const sum = new Float32Array(first.size)
    for (const { gradient } of shares) addInto(sum, gradient)
    for (const each of all) each.step(sum)
    losses.push(shares.reduce((total, { loss }) => total + loss, 0))
  }
  return losses[0] ?? NaN
}

const norm = (values: Float32Array): number => Math.hypot(...values)

describe('the ranks of a training, together', () => {
  const lamb: TrialInput['rule'] = { rule: 'lamb' }
  const dropout: TrialInput = { ...mlp, network: { kind: 'C1', width: 2, ghostBatch: 16 }, lastBatch: 'drop' }
  test.each<[string, TrialInput, number]>([
    ['an MLP with momentum', mlp, 2],
    ['an MLP with momentum, in parts of 21, 21 and 22', mlp, 3],
    ['an MLP with LAMB', { ...mlp, rule: lamb }, 2],
    ['a CNN with momentum', cnn, 2],
    ['a CNN with LAMB', { ...cnn, rule: lamb }, 2],
    ['micro-batches, five and three of them', { ...mlp, microBatch: 8, lastBatch: 'drop' }, 3],
    [
      'a schedule',
      { ...mlp, learningRate: { schedule: 'stepDecay', learningRate: 0.1, factor: 0.1, every: 3 } },
      2,
    ],
    [
      'a rule that takes each batch three times',
      { ...mlp, rule: { rule: 'conservative', base: { rule: 'sgd' } } },
      2,
    ],
    [
      'images that are moved',
      { ...mlp, data: { name: 'mnist', train: 512, heldOut: 1, augmentation: 'shift' } },
      2,
    ],
    ['ghost batches', { ...mlp, network: { kind: 'F1', width: 8, ghostBatch: 16 } }, 3],
    ['dropout and ghost batches, in micro-batches', { ...dropout, microBatch: 16 }, 2],
  ])('train as one does: %s', async (_, given, ranks) => {
    const trial = checkTrial({ ...given, processes: ranks })
    const last = trial.microBatch === null ? UPDATES : UPDATES - 1
    const [one, several] = [alone(trial, last), await together(trial, ranks, last)]
    expect(one.distance).toBeGreaterThan(0.01)
    // Sums of float32 in another order; relative to the way that was gone.
    const apart = norm(one.parameters.map((value, i) => value - (several.parameters[i] ?? NaN)))
    expect(apart / one.distance).toBeLessThan(1e-5)
    for (const [i, loss] of one.losses.entries())
      expect(Math.abs((several.losses[i] ?? NaN) / loss - 1)).toBeLessThan(1e-5)
  })
})

test('the same hash is the same θ and the same memory of the optimiser', async () => {
  const trial = checkTrial(mlp)
  const open = () => rankTraining(trial, { rank: 0, ranks: 1 }, data.train)
  const [one, other] = [open(), open()]
  const gradient = new Float32Array(one.size).fill(1e-3)
  const start = await one.hash()
  expect(await other.hash()).toBe(start)
  one.step(gradient)
  expect(await one.hash()).not.toBe(start)
  // Rate 0 in all but the memory: θ is as it was.
  const still = rankTraining(checkTrial({ ...mlp, learningRate: 0 }), { rank: 0, ranks: 1 }, data.train)
  expect(await still.hash()).toBe(start)
  still.step(gradient)
  expect(await still.hash()).not.toBe(start)
  expect(still.distance()).toBe(0)
  for (const each of [one, other, still]) each.dispose()
})

test('a loss that is not finite is a share as any other, and no tensor is left behind', async () => {
  const before = tf.memory().numTensors
  const wild = rankTraining(checkTrial(mlp), { rank: 1, ranks: 2 }, data.train)
  const nothing = new Float32Array(wild.size).fill(NaN)
  for (let update = 0; update < 4; update++) {
    const { loss } = wild.share(update, placesOf(update))
    expect(Number.isFinite(loss)).toBe(update === 0)
    wild.step(nothing)
  }
  await wild.hash()
  wild.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
