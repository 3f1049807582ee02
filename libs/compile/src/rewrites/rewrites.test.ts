import { cnn, initialParameters, mlp, type Network } from '@flatland/networks'
import { crossEntropy, gradients, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { graphFunction } from '../graph-function.ts'
import type { Graph } from '../graph.ts'
import { type Trace, trace } from '../trace.ts'
import { addBias } from './add-bias.ts'
import { dropDeadNodes } from './drop-dead-nodes.ts'
import { rewrite } from './index.ts'
import { shareRelu } from './share-relu.ts'

beforeAll(async () => {
  await useBackend('native')
})

/** What the graph gives for the tensors that were traced, as one list of numbers. */
function run({ captures }: Trace<unknown>, graph: Graph, given: readonly tf.Tensor[]): number[] {
  const made = graphFunction(graph)
  const results = made.run([...given, ...captures.map(({ source }) => source)])
  made.dispose()
  return results.flatMap(result => [...result.dataSync()])
}

const count = ({ nodes }: Graph, operation: string): number =>
  nodes.filter(node => node.operation === operation).length

const networks: [string, Network, batch: number][] = [
  ['MLP', mlp({ inputs: 50, hidden: [64, 64], classes: 10 }), 128],
  ['CNN', cnn({ image: [12, 12, 3], filters: [8, 16], hidden: [32, 16], classes: 10 }), 32],
]

describe.each(networks)(
  'loss and gradients of an %s: the results are those of the graph before',
  (_, network, batch) => {
    const problem = (): [Trace<unknown>, tf.Tensor[]] => {
      const stream = randomStream(7)
      const shape = [batch, ...network.inputShape]
      const x = tf.tensor(stream.normal(tf.util.sizeFromShape(shape)), shape)
      const y = tf.oneHot(Array.from({ length: batch }, (_, i) => i % 10), 10).toFloat() // prettier-ignore
      const given = [x, y, ...initialParameters(network, stream)]
      const traced = trace(
        () => gradients(at => crossEntropy(network.logits(at, x), y), given.slice(2)),
        given,
      )
      return [traced, given]
    }

    /** The largest difference, relative to the largest number. */
    const difference = (change: (graph: Graph) => Graph): number => {
      const [traced, given] = problem()
      const [before, after] = [traced.graph, change(traced.graph)].map(graph => run(traced, graph, given))
      const scale = Math.max(...(before ?? []).map(Math.abs))
      return Math.max(...(before ?? []).map((value, i) => Math.abs(value - (after?.[i] ?? NaN)))) / scale
    }

    test.each([
      ['addBias', addBias, 1e-6],
      ['shareRelu', shareRelu, 1e-6],
      ['dropDeadNodes', dropDeadNodes, 0],
      ['all of them', rewrite, 1e-6],
    ] as const)('%s', (_, change, bound) => {
      expect(difference(change)).toBeLessThanOrEqual(bound)
    })

    test('each is done wherever it can be', () => {
      const [{ graph }] = problem()
      const layers = network.parameterShapes.length / 2
      expect(count(addBias(graph), 'BiasAdd') - count(graph, 'BiasAdd')).toBe(layers)
      const relus = new Set(
        graph.nodes.filter(({ operation }) => operation === 'Relu').map(({ name }) => name),
      )
      const shared = shareRelu(graph).nodes.filter(({ operation }) => operation === 'ReluGrad')
      expect(shared).toHaveLength(layers - 1)
      for (const { inputs } of shared) expect(relus).toContain(inputs[1]?.node)
    })
  },
)

describe('what only looks alike stays', () => {
  const traced = (
    work: (a: tf.Tensor2D, b: tf.Tensor) => tf.Tensor,
    b: tf.Tensor,
  ): [Trace<unknown>, tf.Tensor[]] => {
    const given = [tf.tensor2d(randomStream(1).normal(16), [4, 4]), b]
    return [trace(() => work(given[0] as tf.Tensor2D, b), given), given]
  }

  test.each<[string, (a: tf.Tensor2D, b: tf.Tensor) => tf.Tensor, () => tf.Tensor]>([
    ['a column added to a product', (a, b) => a.matMul(a).add(b), () => tf.ones([4, 1])],
    ['a scalar', (a, b) => a.matMul(a).add(b), () => tf.scalar(2)],
    ['a vector of one', (a, b) => a.matMul(a).add(b), () => tf.ones([1])],
    ['a matrix', (a, b) => a.matMul(a).add(b), () => tf.ones([4, 4])],
    ['a vector added to no product', (a, b) => a.exp().add(b), () => tf.ones([4])],
  ])('%s is no bias', (_, work, b) => {
    const [{ graph }] = traced(work, b())
    expect(count(addBias(graph), 'BiasAdd')).toBe(0)
  })

  test('the gradient of a relu whose value nobody computed keeps its input', () => {
    const relu = (x: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.engine().runKernel('ReluGrad', { dy, x })
    const [{ graph }] = traced((a, b) => relu(a, b).add(tf.relu(a.neg())), tf.ones([4, 4]))
    expect(shareRelu(graph)).toEqual(graph)
  })

  test('the relu of another tensor is not taken for this one', () => {
    const [from, given] = traced(
      (a, b) => {
        const both = [a, a.sub(b)].map(x => tf.relu(x).sum())
        const grads = gradients(
          ([x = a]) => tf.addN([tf.relu(x).square().sum(), tf.relu(x.sub(b)).square().sum()]),
          [a],
        )
        return tf.addN([...both, ...grads.gradients.map(g => g.sum())])
      },
      tf.fill([4, 4], 0.3),
    )
    const after = rewrite(from.graph)
    expect(run(from, after, given)[0]).toBeCloseTo(run(from, from.graph, given)[0] ?? NaN, 4)
  })
})

test('dead nodes go, and placeholders stay', () => {
  const given = [tf.ones([2]), tf.ones([3])]
  const { graph } = trace(() => {
    given[1]?.exp()
    return (given[0] ?? tf.scalar(0)).neg()
  }, given)
  const alive = dropDeadNodes(graph)
  expect(alive.nodes.map(({ operation }) => operation)).toEqual(['Placeholder', 'Placeholder', 'Neg'])
  expect(alive.placeholders).toEqual(graph.placeholders)
})
