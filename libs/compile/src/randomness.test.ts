import { initialParameters, mlp } from '@flatland/networks'
import {
  crossEntropy,
  dropout,
  gradients,
  randomStream,
  statelessUniform,
  useBackend,
} from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { trainingStep } from './training-step.ts'

beforeAll(async () => {
  await useBackend('native')
})

const seedOf = (...words: [number, number]): tf.Tensor1D => tf.tensor1d(words, 'int32')
const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]

test('a compiled function draws by its seed what it draws eagerly', () => {
  const work = (seed: tf.Tensor): tf.Tensor => statelessUniform([3, 5], seed)
  const fast = compile(work)
  for (let i = 0; i < 6; i++) expect(numbers(fast(seedOf(1, i)))).toEqual(numbers(work(seedOf(1, i))))
  expect(numbers(fast(seedOf(1, 0)))).toEqual(numbers(fast(seedOf(1, 0))))
  expect(numbers(fast(seedOf(1, 0)))).not.toEqual(numbers(fast(seedOf(0, 1))))
  expect(fast.explain()[0]?.operations).toMatchObject({ StatelessRandomUniform: 1 })
  fast.dispose()
})

/** An MLP with dropout after its hidden layer, whose mask may be given instead. */
function problem() {
  const network = mlp({ inputs: 6, hidden: [], classes: 16 })
  const head = mlp({ inputs: 16, hidden: [], classes: 3 })
  const parameters = [network, head].flatMap(each => initialParameters(each, randomStream(4)))
  const stream = randomStream(5)
  const x = tf.tensor(stream.normal(60), [10, 6])
  const y = tf.oneHot([0, 1, 2, 0, 1, 2, 0, 1, 2, 0], 3).toFloat() // prettier-ignore
  const v = parameters.map(({ shape, size }) => tf.tensor(stream.normal(size), shape))
  const loss = (at: readonly tf.Tensor[], drop: (h: tf.Tensor) => tf.Tensor): tf.Tensor =>
    crossEntropy(head.logits(at.slice(2), drop(tf.tanh(network.logits(at.slice(0, 2), x)))), y)
  const product = (at: readonly tf.Tensor[], drop: (h: tf.Tensor) => tf.Tensor): tf.Tensor[] => {
    const slope = (p: tf.Tensor[]): tf.Tensor =>
      tf.addN(gradients(q => loss(q, drop), p).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))
    return gradients(slope, at).gradients
  }
  return { parameters, loss, product }
}

test('a compiled Hessian-vector product through dropout is that with the mask multiplied by hand', () => {
  const { parameters, product } = problem()
  const fast = compile((at: readonly tf.Tensor[], seed: tf.Tensor) => product(at, h => dropout(h, 0.5, seed)))
  for (let i = 0; i < 5; i++) {
    const mask = dropout(tf.ones([10, 16]), 0.5, seedOf(i, 3))
    const expected = product(parameters, h => h.mul(mask)).flatMap(numbers)
    const got = fast(parameters, seedOf(i, 3)).flatMap(numbers)
    const scale = Math.max(...expected.map(Math.abs))
    expect(scale).toBeGreaterThan(0.1)
    got.forEach((value, j) => {
      expect(Math.abs(value - (expected[j] ?? NaN)) / scale).toBeLessThan(1e-6)
    })
  }
  fast.dispose()
})

test('training with dropout is reproducible: the same seeds give the same bits, compiled, and others do not', () => {
  const train = (first: number): number[] => {
    const { parameters, loss } = problem()
    const step = trainingStep(tf.train.adam(0.01), parameters, (at, seed: tf.Tensor) =>
      loss(at, h => dropout(h, 0.5, seed)),
    )
    for (let i = 0; i < 20; i++) step(seedOf(first, i)).dispose()
    step.dispose()
    return parameters.flatMap(numbers)
  }
  const once = train(0)
  expect(train(0)).toEqual(once)
  expect(train(1)).not.toEqual(once)
})
