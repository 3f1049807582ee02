import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { inputsOf, reluLogits, reluParameters } from '../test/relu-network.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { rescaleLayers } from './rescaling.ts'

await tensorScope()

const shapes = [[2, 4], [4], [4, 4], [4, 5], [5], [5, 1]]
const deep = () => shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i))

function outputs([w1, b1, w2, w3, b3, w4]: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const layer = (h: tf.Tensor, w = x, b: tf.Tensor = tf.scalar(0)): tf.Tensor => tf.matMul(h, w).add(b)
  return layer(tf.relu(layer(tf.relu(layer(tf.relu(layer(x, w1, b1)), w2)), w3, b3)), w4)
}

test('a network of four layers, some with a bias, keeps its function, bit for bit with powers of 2', () => {
  const x = tf.randomNormal([20, 2], 0, 1, 'float32', 9)
  const theta = deep()
  const before = outputs(theta, x).dataSync()
  expect([...outputs(rescaleLayers(theta, [8, 0.25, 1024]), x).dataSync()]).toEqual([...before])
  const rounded = outputs(rescaleLayers(theta, [10, 0.3, 700]), x).dataSync()
  before.forEach((value, i) => {
    expect(Math.abs(value - (rounded[i] ?? NaN))).toBeLessThan(1e-4)
  })
})

test('of two layers: a θ₁, θ₂ / a', () => {
  const theta = reluParameters(1)
  const there = rescaleLayers(theta, [16])
  const ratios = there.map((each, i) => [...each.div(theta[i] ?? 1).dataSync()])
  expect(ratios.map(each => new Set(each))).toEqual([16, 16, 1 / 16, 1].map(ratio => new Set([ratio])))
  const [before, after] = [reluLogits(theta, inputsOf()), reluLogits(there, inputsOf())]
  expect(after.sub(before).abs().max().dataSync()[0]).toBe(0)
})

test('filters of a convolution are weights', () => {
  const [filter, bias, w] = rescaleLayers([tf.ones([3, 3, 1, 2]), tf.ones([2]), tf.ones([2, 1])], [4])
  expect(filter?.dataSync()[0]).toBe(4)
  expect(bias?.dataSync()[0]).toBe(4)
  expect(w?.dataSync()[0]).toBe(0.25)
})

test('it makes as many tensors as there are parameters, and leaves these', () => {
  const theta = deep()
  const before = tf.memory().numTensors
  rescaleLayers(theta, [2, 2, 2])
  expect(tf.memory().numTensors - before).toBe(theta.length)
  expect(theta.some(each => each.isDisposed)).toBe(false)
})

test('what it refuses', () => {
  const [w, b] = [tf.ones([2, 2]), tf.ones([2])]
  const refused = (parameters: tf.Tensor[], scales: number[]) =>
    expect(() => rescaleLayers(parameters, scales))
  refused([w, b, w], [0]).toThrow('scale 0 is 0; it must be a positive finite number')
  refused([w, b, w], [-2]).toThrow('scale 0 is -2')
  refused([w, b, w], [2, 2]).toThrow('there are 2 layers and 2 scales')
  refused([], []).toThrow('there are 0 layers and 0 scales')
  refused([w, b, b, w], [2]).toThrow('parameter 2 of shape [2] is neither weights')
  refused([b, w, w], [2]).toThrow('parameter 0 of shape [2]')
  refused([w, tf.scalar(1), w], [2]).toThrow('parameter 1 of shape []')
})
