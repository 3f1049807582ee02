import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Edge, Graph, GraphNode } from './graph.ts'
import type { GraphFunction } from './graph-function.ts'
import { stagedFunction } from './staged-function.ts'
import { cutIntoStages } from './stages.ts'

beforeAll(async () => {
  await useBackend('native')
})

const FLOAT = 1
const node = (name: string, operation: string, inputs: readonly Edge[] = []): GraphNode => ({
  name,
  operation,
  inputs,
  attributes: [],
  outputs: [{ shape: [2], type: FLOAT }],
  line: '',
})
const edge = (name: string, output = 0): Edge => ({ node: name, output })
const constant = (name: string, ...values: number[]): GraphNode => ({
  ...node(name, 'Const'),
  content: new Uint8Array(new Float32Array(values).buffer),
})

/** Runs a graph cut at these stages; results as numbers. */
function run(graph: Graph, stageOf: (name: string) => number, inputs: readonly (readonly number[])[]) {
  const stages = cutIntoStages(graph, { stageOf: ({ name }) => stageOf(name) })
  const staged = stagedFunction(graph, stages)
  const tensors = inputs.map(values => tf.tensor1d([...values]))
  const results: number[][] = []
  staged.run(tensors, (place, result) => {
    results[place] = [...result.dataSync()]
    result.dispose()
  })
  tf.dispose(tensors)
  staged.dispose()
  return results
}

interface Step {
  readonly operation: string
  readonly a: number
  readonly b: number
  /** By how much its stage is later than the latest of its inputs. */
  readonly later: number
}

/** Two placeholders, a constant, then the steps, each on two nodes before it. */
function graphOf(steps: readonly Step[], ends: readonly number[]) {
  const nodes = [node('x', 'Placeholder'), node('y', 'Placeholder'), constant('c', 0.5, -2)]
  const stage = new Map<string, number>()
  for (const { operation, a, b, later } of steps) {
    const inputs = [a, b].map(place => nodes[place % nodes.length]?.name ?? '')
    const name = `node_${nodes.length}`
    stage.set(name, later + Math.max(...inputs.map(input => stage.get(input) ?? 0)))
    nodes.push(
      node(
        name,
        operation,
        inputs.map(input => edge(input)),
      ),
    )
  }
  const results = ends.map(place => edge(nodes[place % nodes.length]?.name ?? ''))
  return { graph: { nodes, placeholders: ['x', 'y'], results }, stage }
}

test('stages together do what the whole graph does, wherever it is cut', () => {
  const step = fc.record({
    operation: fc.constantFrom('AddV2', 'Mul', 'Sub', 'Maximum'),
    a: fc.nat(40),
    b: fc.nat(40),
    later: fc.constantFrom(0, 0, 0, 1, 2),
  })
  const before = tf.memory().numTensors
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
      (steps, ends) => {
        const { graph, stage } = graphOf(steps, ends)
        const inputs = [
          [1.25, -0.5],
          [-1, 0.75],
        ]
        expect(run(graph, name => stage.get(name) ?? 0, inputs)).toEqual(run(graph, () => 0, inputs))
      },
    ),
    { seed: 5, numRuns: 60 },
  )
  expect(tf.memory().numTensors).toBe(before)
})

describe('a cut', () => {
  const chain = (count: number): Graph => ({
    nodes: [
      node('x', 'Placeholder'),
      ...Array.from({ length: count }, (_, i) =>
        node(`node_${i}`, 'Neg', [edge(i === 0 ? 'x' : `node_${i - 1}`)]),
      ),
    ],
    placeholders: ['x'],
    results: [edge(`node_${count - 1}`)],
  })

  test('hands on what later stages take, and tells the last use of it', () => {
    const stages = cutIntoStages(chain(3), { stageOf: ({ name }) => Number(name.slice(5)) })
    expect(stages.map(({ takes, gives, lastUses }) => ({ takes, gives, lastUses }))).toEqual([
      { takes: ['x'], gives: ['node_0'], lastUses: ['x'] },
      { takes: ['node_0'], gives: ['node_1'], lastUses: ['node_0'] },
      { takes: ['node_1'], gives: [0], lastUses: ['node_1'] },
    ])
  })

  test('against an edge is refused', () => {
    expect(() => cutIntoStages(chain(2), { stageOf: ({ name }) => (name === 'node_0' ? 1 : 0) })).toThrow(
      "stage 0 needs 'node_0', which runs in stage 1",
    )
  })

  test('hands on any output of a node', () => {
    const unpack: GraphNode = {
      ...node('node_0', 'Unpack', [edge('x')]),
      attributes: [
        { name: 'num', type: 1, value: 2 },
        { name: 'axis', type: 1, value: 0 },
      ],
      outputs: [
        { shape: [], type: FLOAT },
        { shape: [], type: FLOAT },
      ],
    }
    const difference = node('node_1', 'Sub', [edge('node_0', 1), edge('node_0', 0)])
    const graph = {
      nodes: [node('x', 'Placeholder'), unpack, difference],
      placeholders: ['x'],
      results: [edge('node_1')],
    }
    expect(run(graph, name => Number(name === 'node_1'), [[3, 10]])).toEqual([[7]])
  })

  test('repeats a small constant, and makes a large one once', () => {
    const large = {
      ...node('large', 'Const'),
      outputs: [{ shape: [2000], type: FLOAT }],
      content: new Uint8Array(8000),
    }
    const nodes = [
      constant('small', 1, 2),
      large,
      node('node_0', 'Neg', [edge('small')]),
      node('node_1', 'Neg', [edge('large')]),
    ]
    const graph = { nodes, placeholders: [], results: [edge('node_0'), edge('node_1'), edge('small')] }
    const stages = cutIntoStages(graph, {
      stageOf: ({ name }) => Number(name !== 'large'),
      stageOfResult: () => 1,
    })
    expect(stages.map(({ graph }) => graph.nodes.map(({ name }) => name))).toEqual([
      ['large'],
      ['from_large_0', 'small', 'node_0', 'node_1'],
    ])
  })
})

describe('a run', () => {
  const x = node('x', 'Placeholder')
  const shared = node('node_0', 'Neg', [edge('x')])

  test('goes on with the values that variables had at first', () => {
    const graph = {
      nodes: [x, shared, node('node_1', 'Square', [edge('x')])],
      placeholders: ['x'],
      results: [edge('node_0'), edge('node_1')],
    }
    const variable = tf.variable<tf.Rank>(tf.tensor1d([1, 3]))
    const staged = stagedFunction(
      graph,
      cutIntoStages(graph, { stageOf: ({ name }) => Number(name === 'node_1') }),
    )
    const before = tf.memory().numTensors
    for (const expected of [
      [1, 9],
      [1, 81],
    ]) {
      staged.run([variable], (_, result) => {
        variable.assign(result)
        result.dispose()
      })
      expect([...variable.dataSync()]).toEqual(expected)
    }
    expect(tf.memory().numTensors).toBe(before)
    staged.dispose()
    variable.dispose()
  })

  test('holds an edge until its last use', () => {
    const nodes = [
      x,
      shared,
      node('node_1', 'Neg', [edge('node_0')]),
      node('node_2', 'Square', [edge('node_1')]),
    ]
    const graph = {
      nodes,
      placeholders: ['x'],
      results: ['node_0', 'node_1', 'node_2'].map(name => edge(name)),
    }
    const staged = stagedFunction(
      graph,
      cutIntoStages(graph, { stageOf: ({ name }) => Number(name.slice(5)) }),
    )
    const input = tf.tensor1d([1, 2])
    const before = tf.memory().numTensors
    const held: number[] = []
    staged.run([input], (_, result) => {
      result.dispose()
      held.push(tf.memory().numTensors - before)
    })
    // The first is there while the second is taken, and gone when the third is.
    expect(held).toEqual([1, 2, 1])
    staged.dispose()
    input.dispose()
  })

  test('whose second graph TensorFlow refuses leaves none', () => {
    const graph = {
      nodes: [x, shared, node('node_1', 'Neg', [edge('node_0')])],
      placeholders: ['x'],
      results: [edge('node_1')],
    }
    let live = 0
    const make = (): GraphFunction => {
      if (live > 0) throw new Error('refused')
      live++
      return { run: () => [], dispose: () => live-- }
    }
    const stages = cutIntoStages(graph, { stageOf: ({ name }) => Number(name.slice(5)) })
    expect(() => stagedFunction(graph, stages, make)).toThrow('refused')
    expect(live).toBe(0)
  })

  test('that throws gives back what it held', () => {
    const wrong = node('node_1', 'Neg', [edge('node_0')])
    const graph = { nodes: [x, shared, wrong], placeholders: ['x'], results: [edge('node_1')] }
    const stages = cutIntoStages(graph, { stageOf: ({ name }) => Number(name === 'node_1') })
    const staged = stagedFunction(graph, stages, ({ graph: stage }) => {
      const [result] = stage.results
      return {
        run: inputs => {
          if (result?.node === 'node_1') throw new Error('no stage')
          return inputs.map(() => tf.tensor1d([1, 2]))
        },
        dispose: () => undefined,
      }
    })
    const input = tf.tensor1d([1, 2])
    const before = tf.memory().numTensors
    expect(() => {
      staged.run([input], () => expect.fail('there is no result'))
    }).toThrow('no stage')
    expect(tf.memory().numTensors).toBe(before)
    input.dispose()
  })
})
