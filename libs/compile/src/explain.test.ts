import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { compile } from './compile.ts'

beforeAll(async () => {
  await useBackend('native')
})

test('tells operations, constants, captures and updates, with their lines', () => {
  const w = tf.variable(tf.zeros([2]), true, 'w of this test')
  const outside = tf.ones([3, 2])
  const f = compile((x: tf.Tensor2D) => {
    const y = tf.relu(x.matMul<tf.Tensor2D>(tf.ones([2, 2])).add(w))
    w.assign(w.add(tf.tensor1d([1, 2])))
    x.neg().dispose()
    return y.mul(outside)
  })
  for (let i = 0; i < 3; i++) f(tf.ones([3, 2]))
  const [{ operations, nodes, constants, captures, updates, calls, runs, dot } = expect.fail('no graph')] =
    f.explain()
  expect({ calls, runs, updates }).toEqual({ calls: 3, runs: true, updates: ['w of this test'] })
  expect(operations).toEqual({ Placeholder: 3, Const: 2, MatMul: 1, BiasAdd: 1, Relu: 1, Add: 1, Mul: 1 })
  expect(nodes).toEqual({ traced: 11, rewritten: 10 })
  expect(constants.map(({ shape, bytes }) => ({ shape, bytes }))).toEqual([
    { shape: [2, 2], bytes: 16 },
    { shape: [2], bytes: 8 },
  ])
  expect(captures.map(({ shape, variable }) => ({ shape, variable }))).toEqual([
    { shape: [2], variable: 'w of this test' },
    { shape: [3, 2], variable: undefined },
  ])
  for (const { line } of [...constants, ...captures]) expect(line).toMatch(/explain\.test\.ts:\d+$/)
  expect(dot).toContain('label="MatMul · BiasAdd · Relu · Mul')
  f.dispose()
  expect(f.explain()).toEqual([])
  tf.dispose([w, outside])
})
