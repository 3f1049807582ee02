import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test, vi } from 'vitest'
import { useBackend } from './backend.ts'
import { gradients } from './gradients.ts'

beforeAll(async () => {
  await useBackend('cpu')
})

/** For arrays whose length the compiler does not know. */
const nothing = (): tf.Tensor => tf.scalar(NaN)

/** Σ ab, and what its gradients are. */
const product = ([a = nothing(), b = nothing()]: tf.Tensor[]): tf.Tensor => tf.dot(a, b).sum()

test('value and gradients of a·b: b and a; nothing else is left', () => {
  const parameters = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]
  const before = tf.memory().numTensors
  const { value, gradients: g } = gradients(product, parameters)
  expect(tf.memory().numTensors).toBe(before + 3)
  expect(value.dataSync()[0]).toBe(11)
  expect(g.map(tensor => [...tensor.dataSync()])).toEqual([[3, 4], [1, 2]]) // prettier-ignore
})

test('nested, it is the Hessian-vector product of L = (1 − w₁w₂)²; at (1, 1): [[2, 2], [2, 2]]', () => {
  const loss = ([w1 = nothing(), w2 = nothing()]: tf.Tensor[]): tf.Tensor => tf.sub(1, w1.mul(w2)).square()
  const slope = (parameters: tf.Tensor[]): tf.Tensor => {
    const [g1 = nothing(), g2 = nothing()] = gradients(loss, parameters).gradients
    return g1.add(g2.mul(3))
  }
  const read = vi.spyOn(tf.engine(), 'readSync')
  const { gradients: product } = gradients(slope, [tf.scalar(1), tf.scalar(1)])
  // To see that it is finite: the outer value only, so that the inner one need not be waited for.
  expect(read).toHaveBeenCalledTimes(1)
  read.mockRestore()
  expect(product.map(tensor => tensor.dataSync()[0])).toEqual([8, 8])
})

test('a variable that the loss reads itself is a parameter too', () => {
  const w = tf.variable(tf.tensor1d([1, 2]))
  const { gradients: [g] } = gradients(() => w.square().sum(), [w]) // prettier-ignore
  expect([...(g?.dataSync() ?? [])]).toEqual([2, 4])
})

test('a parameter that the loss does not depend on is named, or has a gradient of zeros', () => {
  const used = tf.tensor1d([1])
  const unused = tf.variable(tf.zeros([2, 3]), true, 'kernel/unused')
  const loss = ([w]: tf.Tensor[]): tf.Tensor => (w ?? unused).sum()
  const before = tf.memory().numTensors
  expect(() => gradients(loss, [used, unused])).toThrow(
    "does not depend on parameter 1 'kernel/unused' of shape [2,3]",
  )
  expect(() => gradients(() => tf.scalar(1), [used])).toThrow('does not depend on parameter 0 of shape [1]')
  expect(tf.memory().numTensors).toBe(before)
  const { gradients: [, g] } = gradients(loss, [used, unused], { independent: 'zeros' }) // prettier-ignore
  expect(g?.arraySync()).toEqual([[0, 0, 0], [0, 0, 0]]) // prettier-ignore
})

test('what a comparison chooses by has no slope: a count of the positive numbers depends on nothing', () => {
  const count = ([w = nothing()]: tf.Tensor[]): tf.Tensor => w.greater(0).toFloat().sum()
  expect(() => gradients(count, [tf.tensor1d([1, -2])])).toThrow('does not depend on parameter 0')
  const chosen = ([w = nothing()]: tf.Tensor[]): tf.Tensor => tf.where(w.greater(0), w, w.mul(3)).sum()
  const { gradients: [g] } = gradients(chosen, [tf.tensor1d([1, -2])]) // prettier-ignore
  expect([...(g?.dataSync() ?? [])]).toEqual([1, 3])
})

test.each<[string, () => unknown]>([
  ['float32 scalar; it is float32 of shape [2]', () => gradients(([w]) => w ?? nothing(), [tf.ones([2])])],
  ['must return a tf.Scalar', () => gradients(() => 1 as unknown as tf.Scalar, [tf.ones([2])])],
  ['The loss is NaN', () => gradients(([w = tf.scalar(0)]) => w.sqrt().sum(), [tf.tensor1d([-1])])],
  ['The loss is Infinity', () => gradients(([w = tf.scalar(0)]) => w.exp().sum(), [tf.tensor1d([100])])],
  ['got none', () => gradients(() => tf.scalar(1), [])],
  ['parameter 0 of shape [] is of int32', () => gradients(() => tf.scalar(1), [tf.scalar(1, 'int32')])],
])('%s: refused, without a tensor left behind', (message, run) => {
  tf.engine().startScope()
  const before = tf.memory().numTensors
  expect(run).toThrow(message)
  tf.engine().endScope()
  expect(tf.memory().numTensors).toBe(before)
})
