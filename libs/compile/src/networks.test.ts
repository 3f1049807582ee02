import { cnn, initialParameters, mlp, type Network } from '@flatland/networks'
import { crossEntropy, gradients, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'

beforeAll(async () => {
  await useBackend('native')
})

const networks: [name: string, network: Network][] = [
  ['MLP', mlp({ inputs: 20, hidden: [32, 16], classes: 5 })],
  ['CNN', cnn({ image: [8, 8, 3], filters: [4, 6], hidden: [12, 8], classes: 5 })],
]
const BATCH = 12

function problem(network: Network) {
  const stream = randomStream(7)
  const size = tf.util.sizeFromShape([BATCH, ...network.inputShape])
  return {
    parameters: initialParameters(network, stream),
    inputs: tf.tensor(stream.normal(size), [BATCH, ...network.inputShape]),
    labels: tf
      .oneHot(
        Array.from({ length: BATCH }, (_, i) => i % 5),
        5,
      )
      .toFloat(),
    direction: network.parameterShapes.map(({ shape }) =>
      tf.tensor(stream.normal(tf.util.sizeFromShape([...shape])), [...shape]),
    ),
  }
}

/** The largest difference, relative to the largest number of what is expected. */
function difference(got: readonly tf.Tensor[], expected: readonly tf.Tensor[]): number {
  return Math.max(
    ...expected.map((each, i) => {
      const scale = each.abs().max().dataSync()[0] ?? NaN
      return (got[i]?.sub(each).abs().max().dataSync()[0] ?? NaN) / (scale === 0 ? 1 : scale)
    }),
  )
}

const flat = (tensors: readonly tf.Tensor[]): tf.Tensor[] => [tf.concat(tensors.map(each => each.flatten()))]

describe.each(networks)('%s', (_, network) => {
  const loss = (parameters: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor): tf.Scalar =>
    crossEntropy(network.logits(parameters, x), y)

  test('loss and gradient', () => {
    const { parameters, inputs, labels } = problem(network)
    const work = (parameters: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor) =>
      gradients(at => loss(at, x, y), parameters)
    const fast = compile(work)
    for (let i = 0; i < 2; i++) fast(parameters, inputs, labels)
    const [expected, got] = [work(parameters, inputs, labels), fast(parameters, inputs, labels)]
    expect(difference([got.value], [expected.value])).toBeLessThan(1e-6)
    expect(difference(flat(got.gradients), flat(expected.gradients))).toBeLessThan(1e-6)
    fast.dispose()
  })

  test('Hessian-vector product', () => {
    const { parameters, inputs, labels, direction } = problem(network)
    const work = (parameters: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor, v: readonly tf.Tensor[]) => {
      const slope = (at: tf.Tensor[]): tf.Tensor =>
        tf.addN(gradients(q => loss(q, x, y), at).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))
      return gradients(slope, parameters).gradients
    }
    const fast = compile(work)
    for (let i = 0; i < 2; i++) fast(parameters, inputs, labels, direction)
    const expected = work(parameters, inputs, labels, direction)
    const got = fast(parameters, inputs, labels, direction)
    expect(difference(flat(got), flat(expected))).toBeLessThan(1e-6)
    fast.dispose()
  })

  test.each([
    ['sgd', () => tf.train.sgd(0.05)],
    ['momentum', () => tf.train.momentum(0.05, 0.9)],
    ['adam', () => tf.train.adam(0.01)],
    ['rmsprop', () => tf.train.rmsprop(0.01)],
  ] as const)('ten steps of %s', (_, make) => {
    const { parameters, inputs, labels } = problem(network)
    const trained = [false, true].map(fast => {
      const variables = parameters.map(each => tf.variable(each))
      const optimizer = make()
      const step = (x: tf.Tensor, y: tf.Tensor) =>
        optimizer.minimize(() => loss(variables, x, y), true, variables) ?? undefined
      const run = fast ? compile(step) : step
      for (let i = 0; i < 10; i++) run(inputs, labels)?.dispose()
      return variables
    })
    const [expected = [], got = []] = trained
    expect(difference(flat(got), flat(expected))).toBeLessThan(1e-5)
  })
})
