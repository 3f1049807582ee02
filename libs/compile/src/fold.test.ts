import { expect, test } from 'vitest'
import { fold } from './fold.ts'
import type { GraphNode } from './graph.ts'
import { kindOf } from './operation-kinds.ts'

const node = (name: string, operation: string, ...inputs: string[]): GraphNode => ({
  name,
  operation,
  inputs: inputs.map(each => ({ node: each, output: 0 })),
  attributes: [],
  outputs: [{ shape: [2], type: 1 }],
  line: '',
})

const folded = (nodes: readonly GraphNode[], ...results: string[]): string[] =>
  fold({ nodes, placeholders: ['x'], results: results.map(each => ({ node: each, output: 0 })) }).map(
    ({ name, nodes: members }) => `${name}: ${members.map(each => each.name).join(' ')}`,
  )

test('a chain joins, and a tree of what only its end uses', () => {
  const nodes = [
    node('x', 'Placeholder'),
    node('c', 'Const'),
    node('a', 'MatMul', 'x', 'x'),
    node('b', 'Mul', 'a', 'c'),
    node('d', 'Sqrt', 'x'),
    node('e', 'Add', 'b', 'd'),
  ]
  expect(folded(nodes, 'e')).toEqual(['e: a b d e'])
})

test('what two boxes use, or is a result, is a box of its own', () => {
  const nodes = [
    node('x', 'Placeholder'),
    node('a', 'Neg', 'x'),
    node('b', 'Mul', 'a', 'a'),
    node('c', 'Exp', 'a'),
    node('d', 'Sqrt', 'c'),
  ]
  expect(folded(nodes, 'b', 'c', 'd')).toEqual(['a: a', 'b: b', 'c: c', 'd: d'])
})

test('two products, or a product and a sum, never share a box', () => {
  const nodes = [
    node('x', 'Placeholder'),
    node('a', 'MatMul', 'x', 'x'),
    node('b', 'MatMul', 'x', 'x'),
    node('c', 'Add', 'a', 'b'),
    node('d', 'Sum', 'c'),
  ]
  expect(folded(nodes, 'd')).toEqual(['a: a', 'b: b', 'd: c d'])
})

test.each([
  ['MatMul', 'product'],
  ['_MklNativeConv2D', 'product'],
  ['Conv2DBackpropFilter', 'product'],
  ['Mean', 'reduction'],
  ['MaxPoolGrad', 'reduction'],
  ['StatelessRandomUniform', 'random'],
  ['Reshape', 'shape'],
  ['BiasAdd', 'elementwise'],
  ['Maximum', 'elementwise'],
] as const)('%s is of the kind %s', (operation, kind) => {
  expect(kindOf(operation)).toBe(kind)
})
