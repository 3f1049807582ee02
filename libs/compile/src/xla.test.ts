import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import { initialParameters, mlp } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { elementwiseEnds } from './elementwise-ends.ts'
import type { Graph, GraphNode } from './graph.ts'
import { nativeBackend } from './native-backend.ts'
import { trainingStep } from './training-step.ts'

beforeAll(async () => {
  await useBackend('native')
})

describe('what is elementwise at the end', () => {
  const node = (name: string, operation: string, ...inputs: string[]): GraphNode => ({
    name,
    operation,
    inputs: inputs.map(each => ({ node: each, output: 0 })),
    attributes: [],
    outputs: [{ shape: [2, 2], type: 1 }],
    line: '',
  })
  const graph = (nodes: GraphNode[], results: string[]): Graph => ({
    nodes: [node('x', 'Placeholder'), ...nodes],
    placeholders: ['x'],
    results: results.map(name => ({ node: name, output: 0 })),
  })

  test('goes back from the updates to what is not', () => {
    const nodes = [node('a', 'Square', 'x'), node('p', 'MatMul', 'a', 'x'), node('b', 'Sqrt', 'p'), node('c', 'Sub', 'x', 'b')] // prettier-ignore
    expect(elementwiseEnds(graph(nodes, ['c']), 1)).toEqual(new Set(['b', 'c']))
  })

  test('is nothing that a product or another result needs', () => {
    const nodes = [node('a', 'Square', 'x'), node('b', 'Neg', 'a'), node('c', 'Neg', 'b'), node('p', 'MatMul', 'b', 'x')] // prettier-ignore
    expect(elementwiseEnds(graph(nodes, ['p', 'c']), 1)).toEqual(new Set(['c']))
    expect(elementwiseEnds(graph(nodes, ['c', 'c']), 1)).toEqual(new Set())
    expect(elementwiseEnds(graph(nodes, ['p', 'c']), 0)).toEqual(new Set())
  })
})

test.each(['sgd', 'momentum', 'rmsprop', 'adam'] as const)(
  '%s: ten steps are those without XLA, within 1e-5',
  name => {
    const optimizers = {
      sgd: () => tf.train.sgd(0.1),
      momentum: () => tf.train.momentum(0.1, 0.9),
      rmsprop: () => tf.train.rmsprop(0.01),
      adam: () => tf.train.adam(0.01),
    }
    const network = mlp({ inputs: 6, hidden: [8, 7], classes: 3 })
    const inputs = tf.tensor(randomStream(1).normal(30), [5, 6])
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 1, 0], 'int32'), 3).toFloat()
    const trained = (['nothing', 'updates', 'everything'] as const).map(xla => {
      const parameters = initialParameters(network, randomStream(2))
      const step = trainingStep(
        optimizers[name](),
        parameters,
        (at, x: tf.Tensor, y: tf.Tensor) => crossEntropy(network.logits(at, x), y),
        { xla },
      )
      for (let i = 0; i < 10; i++) step(inputs, labels).dispose()
      step.dispose()
      return parameters.flatMap(parameter => [...parameter.dataSync()])
    })
    const [plain = [], ...others] = trained
    for (const other of others) {
      plain.forEach((value, i) => {
        expect(Math.abs((other[i] ?? NaN) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)))
      })
    }
  },
)

test('updates are an operation of their own, which XLA compiles', () => {
  const w = tf.variable(tf.ones([3, 3]))
  const step = compile(
    (x: tf.Tensor2D) => {
      const product = x.matMul(w)
      w.assign(w.sub(product.mul(0.1)).square())
      return product.sum()
    },
    { xla: 'updates' },
  )
  const x = tf.ones<tf.Rank.R2>([3, 3])
  const calls: unknown[] = []
  for (let i = 0; i < 3; i++) {
    const backend = nativeBackend()
    const execute = backend.executeMultipleOutputs.bind(backend)
    if (i === 2) {
      backend.executeMultipleOutputs = (...given) => {
        calls.push(given[1])
        return execute(...given)
      }
    }
    step(x).dispose()
    Reflect.deleteProperty(backend, 'executeMultipleOutputs')
  }
  expect(calls).toEqual([[], [expect.objectContaining({ name: '_XlaMustCompile', value: true })]])
})

test('an unknown choice is refused', () => {
  expect(() => compile((x: tf.Tensor) => x.neg(), { xla: 'all' as 'everything' })).toThrow(
    new RangeError("xla is 'all'; choose one of nothing, updates, everything"),
  )
})
