import { f1, initialParameters, mlp, type Network } from '@flatland/networks'
import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { evaluation } from './evaluation.ts'
import { populationStatistics } from './population-statistics.ts'
import type { TrialImages } from './trial-data.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const network = f1({ width: 3, inputs: 4, classes: 2 })

/** 501 of them are two batches, of 250 and 251. */
function examples(size: number, label: string): TrialImages {
  const stream = randomStream(0).fork(label)
  return {
    size,
    x: tf.tensor2d(
      // Of other means and spreads than 0 and 1.
      stream.normal(4 * size).map((value, i) => value * (1 + (i % 4)) + 2 + i / size),
      [size, 4],
    ),
    labels: tf.tensor1d(
      Int32Array.from(stream.uniform(size), value => (value < 0.3 ? 1 : 0)),
      'int32',
    ),
  }
}

/** Each tensor's numbers moved away from their start, so that scales and shifts count. */
function parametersOf(given: Network): tf.Variable[] {
  const theta = initialParameters(given, randomStream(1))
  theta.forEach((each, i) => {
    tf.tidy(() => {
      each.assign(each.add(tf.tensor(randomStream(2).fork(String(i)).normal(each.size), each.shape).mul(0.3)))
    })
  })
  return theta
}

type Matrix = readonly (readonly number[])[]
interface Moments {
  readonly mean: readonly number[]
  readonly variance: readonly number[]
}

/** F1 by hand, in float64: logits, and the statistics of each normalisation. */
function forward(theta: readonly tf.Tensor[], x: Matrix, given?: readonly Moments[]) {
  const times = (rows: Matrix, weights: Matrix): number[][] =>
    rows.map(row =>
      (weights[0] ?? []).map((_, j) =>
        row.reduce((sum, value, i) => sum + value * (weights[i]?.[j] ?? NaN), 0),
      ),
    )
  const arrays = theta.map(each => each.arraySync())
  const found: Moments[] = []
  let features = x
  for (let layer = 0; layer < 5; layer++) {
    const [weights, scale, shift] = arrays.slice(3 * layer) as [Matrix, number[], number[]]
    const mixed = times(features, weights)
    const moments = given?.[layer] ?? momentsOf(mixed)
    found.push(moments)
    features = mixed.map(row =>
      row.map((value, j) => {
        const { mean, variance } = moments
        const unit = (value - (mean[j] ?? NaN)) / Math.sqrt((variance[j] ?? NaN) + 1e-5)
        return Math.max(0, unit * (scale[j] ?? NaN) + (shift[j] ?? NaN))
      }),
    )
  }
  const [weights, bias] = arrays.slice(15) as [Matrix, number[]]
  return { logits: times(features, weights).map(row => row.map((z, j) => z + (bias[j] ?? NaN))), found }
}

function momentsOf(rows: Matrix): Moments {
  const average = (of: (value: number, j: number) => number): number[] =>
    (rows[0] ?? []).map((_, j) => rows.reduce((sum, row) => sum + of(row[j] ?? NaN, j), 0) / rows.length)
  const mean = average(value => value)
  return { mean, variance: average((value, j) => (value - (mean[j] ?? NaN)) ** 2) }
}

/** Σ_B |B| s_B / n */
function weighted(
  batches: readonly { readonly size: number; readonly found: readonly Moments[] }[],
): Moments[] {
  const total = batches.reduce((sum, { size }) => sum + size, 0)
  const mix = (layer: number, of: keyof Moments): number[] =>
    (batches[0]?.found[layer]?.[of] ?? []).map((_, j) =>
      batches.reduce((sum, { size, found }) => sum + (size / total) * (found[layer]?.[of][j] ?? NaN), 0),
    )
  return Array.from({ length: 5 }, (_, layer) => ({
    mean: mix(layer, 'mean'),
    variance: mix(layer, 'variance'),
  }))
}

function measure(logits: Matrix, labels: readonly number[]) {
  const losses = logits.map(
    (z, i) => Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0)) - (z[labels[i] ?? 0] ?? NaN),
  )
  const right = logits.filter((z, i) => z.indexOf(Math.max(...z)) === labels[i])
  return { loss: losses.reduce((a, b) => a + b) / logits.length, accuracy: right.length / logits.length }
}

/** What the network is to be measured as: the training examples in two batches, those held out in one. */
function expected(theta: readonly tf.Tensor[], train: TrialImages, heldOut: TrialImages) {
  const [x, others] = [train.x.arraySync() as number[][], heldOut.x.arraySync() as number[][]]
  const [labels, otherLabels] = [train, heldOut].map(each => each.labels.arraySync() as number[]) as [
    number[],
    number[],
  ]
  const parts = [x.slice(0, 250), x.slice(250)].map(part => ({ size: part.length, ...forward(theta, part) }))
  const population = weighted(parts)
  return {
    population: {
      train: measure(forward(theta, x, population).logits, labels),
      heldOut: measure(forward(theta, others, population).logits, otherLabels),
    },
    batch: {
      train: measure(
        parts.flatMap(({ logits }) => logits),
        labels,
      ),
      heldOut: measure(forward(theta, others).logits, otherLabels),
    },
  }
}

describe('evaluation', () => {
  test.each([
    ['population', 'float64'],
    ['population', 'float32'],
    ['batch', 'float64'],
  ] as const)(
    'with the statistics of the %s and the loss in %s is as computed by hand',
    (normalization, dtype) => {
      const [train, heldOut] = [examples(501, 'train'), examples(37, 'held out')]
      const theta = parametersOf(network)
      const all = expected(theta, train, heldOut)
      // So that the one is not taken for the other.
      expect(Math.abs(all.population.heldOut.loss - all.batch.heldOut.loss)).toBeGreaterThan(1e-3)
      const { at, dispose } = evaluation(network, theta, { dtype, normalization })
      const tensors = tf.memory().numTensors
      // Later calls run as a graph.
      for (let call = 0; call < 4; call++) {
        const measured = at(train, 501, heldOut)
        for (const of of ['train', 'heldOut'] as const) {
          expect(measured[of].accuracy).toBeCloseTo(all[normalization][of].accuracy, 6)
          expect(Math.abs(measured[of].loss / all[normalization][of].loss - 1)).toBeLessThan(1e-5)
        }
      }
      expect(tf.memory().numTensors).toBe(tensors)
      dispose()
      tf.dispose([theta, train.x, train.labels, heldOut.x, heldOut.labels])
    },
  )

  test('takes the statistics of the parameters as they are now', () => {
    const [train, heldOut] = [examples(40, 'train'), examples(20, 'held out')]
    const theta = parametersOf(network)
    const { at, dispose } = evaluation(network, theta, { dtype: 'float64', normalization: 'population' })
    const before = [at(train, 40, heldOut), at(train, 40, heldOut), at(train, 40, heldOut)]
    // Ten times the weights before a normalisation over the same examples are nothing; with old statistics they would be.
    tf.tidy(() => {
      theta[0]?.assign(theta[0].mul(10))
    })
    const after = at(train, 40, heldOut)
    expect(Math.abs(after.heldOut.loss / (before[2]?.heldOut.loss ?? NaN) - 1)).toBeLessThan(1e-3)
    dispose()
    tf.dispose([theta, train.x, train.labels, heldOut.x, heldOut.labels])
  })

  test('takes the statistics that it is given, and leaves them', () => {
    const [train, heldOut] = [examples(501, 'train'), examples(37, 'held out')]
    const theta = parametersOf(network)
    const population = populationStatistics(network, theta)
    const statistics = population.over(train, 501)
    const dtype = 'float64'
    const [own, given] = (['population', statistics] as const).map(normalization => {
      const { at, dispose } = evaluation(network, theta, { dtype, normalization })
      const result = at(train, 501, heldOut)
      dispose()
      return result
    })
    expect(given).toEqual(own)
    const others = tf.tidy(() => statistics.map(each => each.add(1)))
    const { at, dispose } = evaluation(network, theta, { dtype, normalization: others })
    expect(at(train, 501, heldOut).train.loss).not.toBe(own?.train.loss)
    dispose()
    population.dispose()
    // This throws where one was disposed of.
    expect(statistics.map(each => each.dataSync().length)).toEqual(Array.from({ length: 10 }, () => 3))
    tf.dispose([theta, statistics, others, train.x, train.labels, heldOut.x, heldOut.labels])
  })

  test('of a network without normalisation there is one', () => {
    const plain = mlp({ inputs: 4, hidden: [3], classes: 2 })
    const [train, heldOut] = [examples(40, 'train'), examples(20, 'held out')]
    const theta = parametersOf(plain)
    const measured = (['population', 'batch'] as const).map(normalization => {
      const { at, dispose } = evaluation(plain, theta, { dtype: 'float64', normalization })
      const result = at(train, 40, heldOut)
      dispose()
      return result
    })
    expect(measured[0]).toEqual(measured[1])
    tf.dispose([theta, train.x, train.labels, heldOut.x, heldOut.labels])
  })
})
