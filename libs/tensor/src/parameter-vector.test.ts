import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { useBackend } from './backend.ts'
import { flatten, unflatten } from './parameter-vector.ts'

beforeAll(async () => {
  await useBackend('cpu')
})

test('flatten and unflatten are inverse to each other, and leave only what they return', () => {
  const tensors = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.scalar(5), tf.tensor1d([6])]
  const before = tf.memory().numTensors
  const vector = flatten(tensors)
  expect(tf.memory().numTensors).toBe(before + 1)
  expect([...vector.dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
  const back = unflatten(
    vector,
    tensors.map(tensor => tensor.shape),
  )
  expect(tf.memory().numTensors).toBe(before + 4)
  expect(back.map(tensor => tensor.arraySync())).toEqual(tensors.map(tensor => tensor.arraySync()))
  tf.dispose([tensors, vector, back])
})

test('one tensor, and tensors without a number', () => {
  expect([...flatten([tf.tensor1d([1, 2])]).dataSync()]).toEqual([1, 2])
  expect(unflatten(tf.tensor1d([1, 2]), [[0], [1, 2]]).map(tensor => tensor.shape)).toEqual([[0], [1, 2]])
})

test('what does not fit is refused', () => {
  expect(() => flatten([])).toThrow('got none')
  expect(() => flatten([tf.scalar(1, 'int32')])).toThrow('tensor 0 is of int32')
  expect(() => unflatten(tf.tensor1d([1, 2, 3]), [[2], [2]])).toThrow(
    'shape [3], the 2 shapes hold 4 numbers',
  )
  expect(() => unflatten(tf.tensor1d([]), [])).toThrow('the 0 shapes')
})
