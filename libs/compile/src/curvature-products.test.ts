import { cnn, initialParameters, mlp, type Network } from '@flatland/networks'
import { crossEntropy, gradients, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { linearise } from './linearise.ts'

beforeAll(async () => {
  await useBackend('native')
})

const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]

/** The largest difference, relative to the largest number of what is expected. */
function difference(got: readonly tf.Tensor[], expected: readonly tf.Tensor[]): number {
  const [a, b] = [got, expected].map(each => tf.concat(each.map(part => part.flatten())))
  if (a === undefined || b === undefined) return NaN
  return (tf.sub(a, b).abs().max().dataSync()[0] ?? NaN) / (b.abs().max().dataSync()[0] ?? NaN)
}

type Point = Readonly<{
  parameters: readonly tf.Tensor[]
  inputs: tf.Tensor
  labels: tf.Tensor
}>

const BATCH = 12

function problem(network: Network, seed = 7) {
  const stream = randomStream(seed)
  const size = tf.util.sizeFromShape([BATCH, ...network.inputShape])
  const classes = Array.from({ length: BATCH }, (_, i) => i % 5)
  const at: Point = {
    parameters: initialParameters(network, stream),
    inputs: tf.tensor(stream.normal(size), [BATCH, ...network.inputShape]),
    labels: tf.oneHot(classes, 5).toFloat(),
  }
  const direction = (): tf.Tensor[] =>
    network.parameterShapes.map(({ shape }) =>
      tf.tensor(stream.normal(tf.util.sizeFromShape([...shape])), [...shape]),
    )
  return { at, direction }
}

function hessianTimes(network: Network) {
  return ({ parameters, inputs, labels }: Point, v: readonly tf.Tensor[]): tf.Tensor[] => {
    const loss = (q: tf.Tensor[]): tf.Tensor => crossEntropy(network.logits(q, inputs), labels)
    const slope = (q: tf.Tensor[]): tf.Tensor =>
      tf.addN(gradients(loss, q).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))
    return tf.tidy(() => gradients(slope, parameters).gradients)
  }
}

/** Jᵀ (Jv), J the Jacobian of the logits; Jv as the derivative by u of Jᵀu · v. */
function gaussNewtonTimes(network: Network) {
  return ({ parameters, inputs }: Point, v: readonly tf.Tensor[]): tf.Tensor[] =>
    tf.tidy(() => {
      const along = (u: tf.Tensor) => (q: tf.Tensor[]) => network.logits(q, inputs).mul(u).sum()
      const products = (u: tf.Tensor): tf.Tensor =>
        tf.addN(gradients(along(u), parameters).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))
      const [jv] = gradients(([u]) => products(u ?? tf.scalar(0)), [tf.ones([BATCH, 5])]).gradients
      return gradients(along(jv ?? tf.scalar(0)), parameters).gradients
    })
}

const networks: [name: string, network: Network][] = [
  ['MLP', mlp({ inputs: 20, hidden: [32, 16], classes: 5 })],
  ['CNN', cnn({ image: [8, 8, 3], filters: [4, 6], hidden: [12, 8], classes: 5 })],
]

describe.each(networks)('%s', (_, network) => {
  test.each([
    ['Hessian', hessianTimes(network)],
    ['Gauss–Newton', gaussNewtonTimes(network)],
  ])('a product with the %s is the eager one', (_, work) => {
    const { at, direction } = problem(network)
    const map = linearise(work).at(at)
    for (let i = 0; i < 5; i++) {
      const v = direction()
      expect(difference(map.apply(v), work(at, v))).toBeLessThan(1e-6)
    }
    expect(map.heldBytes).toBeGreaterThan(0)
  })
})

test('is linear in v', () => {
  const network = mlp({ inputs: 20, hidden: [32, 16], classes: 5 })
  const { at, direction } = problem(network)
  const map = linearise(hessianTimes(network)).at(at)
  for (let i = 0; i < 2; i++) map.apply(direction())
  const number = fc.double({ min: -4, max: 4, noNaN: true })
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [v, w] = [direction(), direction()]
      const sum = v.map((each, i) => each.mul(a).add(w[i]?.mul(b) ?? 0))
      const [hv, hw, ofSum] = [map.apply(v), map.apply(w), map.apply(sum)]
      const expected = hv.map((each, i) => each.mul(a).add(hw[i]?.mul(b) ?? 0))
      const scale = Math.max(...[...hv, ...hw].map(each => numbers(each.abs().max())[0] ?? 0))
      const gap = Math.max(
        ...ofSum.map(
          (each, i) =>
            numbers(
              each
                .sub(expected[i] ?? 0)
                .abs()
                .max(),
            )[0] ?? NaN,
        ),
      )
      expect(gap).toBeLessThan(1e-5 * scale * (Math.abs(a) + Math.abs(b) + 1e-3))
    }),
    { seed: 2, numRuns: 12 },
  )
})
