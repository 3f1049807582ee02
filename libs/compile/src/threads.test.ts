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
  ['64 small products in one', graphOf('BatchMatMulV2', [[64, 64, 64], [64, 64, 64]], [64, 64, 64]), false],
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

test('the mean counts: one large operation among a hundred small ones does not wake threads for all', () => {
  const large = graphOf('MatMul', [[256, 512], [512, 512]], [256, 512]) // prettier-ignore
  const small = graphOf('Neg', [[10]], [10], 100)
  expect(suitsOneThread({ ...large, nodes: [...large.nodes, ...small.nodes] })).toBe(true)
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
