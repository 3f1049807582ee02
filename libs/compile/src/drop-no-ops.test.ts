import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { dropNoOps } from './drop-no-ops.ts'
import type { Attribute, Graph } from './graph.ts'
import { graphFunction } from './graph-function.ts'
import { nativeBackend } from './native-backend.ts'
import { dropDeadNodes } from './rewrites/drop-dead-nodes.ts'
import { trace } from './trace.ts'

beforeAll(async () => {
  await useBackend('native')
})

function results(graph: Graph, inputs: readonly tf.Tensor[]): number[][] {
  const { run, dispose } = graphFunction(graph)
  const numbers = run(inputs).map(each => [...each.dataSync()])
  dispose()
  return numbers
}

const products = ({ nodes }: Graph): number => nodes.filter(({ operation }) => operation === 'Mul').length

test('the gradient of a sum needs no product with ones', () => {
  const [x, v] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, NaN, -0], [2, 2])]
  const { graph } = trace(() => tf.grad(y => y.tanh().mul(v).sum())(x), [x, v])
  const without = dropDeadNodes(dropNoOps(graph))
  expect(products(without)).toBeLessThan(products(graph))
  expect(results(without, [x, v])).toEqual(results(graph, [x, v]))
})

test('a product with ones that repeats its factor stays, and one with other numbers', () => {
  const [row, one] = [tf.tensor1d([1, 2]), tf.scalar(1)]
  const work = (): tf.Tensor[] => [
    row.mul(tf.ones([3, 2])),
    row.mul(tf.fill([2], 2)),
    row.mul(tf.tensor1d([1, 1.5])),
    row.mul(one),
    tf.ones([2]).mul(row),
    tf.onesLike(row).mul(tf.ones([2])),
  ]
  const { graph } = trace(work, [row, one])
  const without = dropDeadNodes(dropNoOps(graph))
  expect(products(without)).toBe(4)
  expect(results(without, [row, one])).toEqual(results(graph, [row, one]))
})

test('a cast to the same type is none, one to another stays', () => {
  const x = tf.tensor1d([1.5, -2.5])
  const cast = (): tf.Tensor[] => [
    nativeBackend().executeSingleOutput('Cast', castTo(FLOAT32), [x]).neg(),
    nativeBackend().executeSingleOutput('Cast', castTo(INT32), [x]).neg(),
  ]
  const { graph } = trace(cast, [x])
  const without = dropDeadNodes(dropNoOps(graph))
  expect(without.nodes.filter(({ operation }) => operation === 'Cast')).toHaveLength(1)
  expect(results(without, [x])).toEqual([
    [-1.5, 2.5],
    [-1, 2],
  ])
})

const [FLOAT32, INT32] = [1, 3]

function castTo(type: number): Attribute[] {
  const attribute = (name: string, value: number | boolean, kind: number): Attribute => ({
    name,
    type: kind,
    value,
  })
  return [attribute('SrcT', FLOAT32, 4), attribute('DstT', type, 4), attribute('Truncate', false, 3)]
}
