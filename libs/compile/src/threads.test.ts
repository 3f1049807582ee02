import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Graph, GraphNode } from './graph.ts'
import { suitsOneThread } from './threads.ts'

const FLOAT = 1

/** Placeholders of these shapes, and one operation on them. */
function graphOf(
  operation: string,
  inputs: readonly (readonly number[])[],
  output: readonly number[],
  copies = 1,
): Graph {
  const node = (
    name: string,
    kind: string,
    shape: readonly number[],
    from: readonly string[],
  ): GraphNode => ({
    name,
    operation: kind,
    inputs: from.map(each => ({ node: each, output: 0 })),
    attributes: [],
    outputs: [{ shape, type: FLOAT }],
    line: '',
  })
  const placeholders = inputs.map((shape, i) => node(`in_${i}`, 'Placeholder', shape, []))
  const names = placeholders.map(({ name }) => name)
  const works = Array.from({ length: copies }, (_, i) => node(`work_${i}`, operation, output, names))
  return { nodes: [...placeholders, ...works], placeholders: names, results: [] }
}

test.each([
  ['a product of 16 rows', graphOf('MatMul', [[16, 512], [512, 512]], [16, 512]), true],
  ['one of 256 rows', graphOf('MatMul', [[256, 512], [512, 512]], [256, 512]), false],
  ['its transposed form', graphOf('MatMul', [[256, 512], [256, 512]], [512, 512]), false],
  ['oneDNN’s own', graphOf('_MklNativeMatMul', [[256, 512], [512, 512]], [256, 512]), false],
  ['256 small products in one', graphOf('BatchMatMulV2', [[256, 64, 64], [256, 64, 64]], [256, 64, 64]), false],
  ['8 of them', graphOf('BatchMatMulV2', [[8, 64, 64], [8, 64, 64]], [8, 64, 64]), true],
  ['a convolution', graphOf('Conv2D', [[32, 16, 16, 32], [5, 5, 32, 64]], [32, 16, 16, 64]), false],
  ['of one small image', graphOf('Conv2D', [[1, 8, 8, 32], [5, 5, 32, 64]], [1, 8, 8, 64]), true],
  ['its input’s gradient', graphOf('Conv2DBackpropInput', [[4], [5, 5, 32, 64], [32, 16, 16, 64]], [32, 16, 16, 32]), false],
  ['its filter’s', graphOf('Conv2DBackpropFilter', [[32, 16, 16, 32], [4], [32, 16, 16, 64]], [5, 5, 32, 64]), false],
  ['a sum of 100 000', graphOf('AddV2', [[100_000], [100_000]], [100_000]), true],
  ['of ten million', graphOf('AddV2', [[1e7], [1e7]], [1e7]), false],
  ['nothing', graphOf('Identity', [[1e9]], [1e9]), false],
] as const)('%s', (_, graph, suits) => {
  expect(suitsOneThread(graph)).toBe(suits)
}) // prettier-ignore

test('products count by their mean, whatever small operations stand beside them', () => {
  const product = (rows: number, copies?: number) => graphOf('MatMul', [[rows, 512], [512, 512]], [rows, 512], copies) // prettier-ignore
  const beside = (first: Graph, second: Graph): Graph => ({ ...first, nodes: [...first.nodes, ...second.nodes.map(each => ({ ...each, name: `other_${each.name}`, inputs: each.inputs.map(({ node, output }) => ({ node: `other_${node}`, output })) }))] }) // prettier-ignore
  const updates = graphOf('Mul', [[512, 512], []], [512, 512], 100)
  expect(suitsOneThread(beside(product(256), updates))).toBe(false)
  expect(suitsOneThread(beside(product(16), updates))).toBe(true)
  expect(suitsOneThread(beside(product(256), product(16, 8)))).toBe(true)
})

test('a small graph leaves TensorFlow’s threads asleep, a large one does not', async () => {
  const script = join(import.meta.dirname, '..', 'test', 'busy-threads.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const { small, large } = JSON.parse(stdout) as { small: number; large: number }
  expect(small).toBe(0)
  expect(large).toBeGreaterThan(0)
})
