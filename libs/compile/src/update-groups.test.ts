import { crossEntropy, gradients, randomStream, useBackend } from '@flatland/tensor'
import { initialParameters, mlp } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { rewrite } from './rewrites/index.ts'
import { stagedFunction } from './staged-function.ts'
import { trace } from './trace.ts'
import { stagesOfUpdates } from './update-groups.ts'

beforeAll(async () => {
  await useBackend('native')
})

const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]

/** The step as a graph in groups of so many bytes: how many stages it has, and what runs it. */
function grouped(step: () => unknown, groupBytes: number) {
  const { graph, updates, captures } = trace(step, [])
  const rewritten = rewrite(graph)
  const stages = stagesOfUpdates(rewritten, updates, groupBytes)
  const staged = stagedFunction(rewritten, stages)
  const run = (): void => {
    staged.run(
      captures.map(({ source }) => source),
      (place, result) => {
        const variable = updates[place - (rewritten.results.length - updates.length)]
        variable?.assign(result)
        result.dispose()
      },
    )
  }
  return { stages, updates, run, dispose: staged.dispose }
}

test('updates that read the old values of each other get them', () => {
  const [a, b, c] = [1, 10, 100].map(value => tf.variable<tf.Rank>(tf.fill([4], value))) as [
    tf.Variable,
    tf.Variable,
    tf.Variable,
  ]
  const step = (): void => {
    tf.tidy(() => {
      const [oldA, oldB, sum] = [a.clone(), b.clone(), a.add(b).add(c)]
      a.assign(oldB)
      b.assign(oldA)
      c.assign(sum)
    })
  }
  const { stages, run, dispose } = grouped(step, 16)
  expect(stages).toHaveLength(3)
  expect([a, b, c].map(each => numbers(each)[0])).toEqual([10, 1, 111])
  const before = tf.memory().numTensors
  run()
  expect([a, b, c].map(each => numbers(each)[0])).toEqual([1, 10, 122])
  run()
  expect([a, b, c].map(each => numbers(each)[0])).toEqual([10, 1, 133])
  expect(tf.memory().numTensors).toBe(before)
  dispose()
  tf.dispose([a, b, c])
})

test('what is less than one group is one stage', () => {
  const variables = [1, 2].map(value => tf.variable<tf.Rank>(tf.fill([4], value)))
  const step = (): void => {
    tf.tidy(() => {
      for (const each of variables) each.assign(each.add(1))
    })
  }
  const whole = grouped(step, 32)
  expect(whole.stages).toHaveLength(1)
  const halves = grouped(step, 31)
  expect(halves.stages).toHaveLength(2)
  for (const { dispose } of [whole, halves]) dispose()
  tf.dispose(variables)
})

test('Adam in groups is Adam; a parameter stands beside its moments, the last layer first', () => {
  const network = mlp({ inputs: 6, hidden: [8, 7], classes: 3 })
  const stream = randomStream(3)
  const inputs = tf.tensor(stream.normal(30), [5, 6])
  const labels = tf.oneHot([0, 1, 2, 0, 1], 3).toFloat()
  const trained = [false, true].map(isGrouped => {
    const variables = initialParameters(network, randomStream(4)).map(each => tf.variable<tf.Rank>(each))
    const optimizer = tf.train.adam(0.01)
    const step = () =>
      optimizer.minimize(() => crossEntropy(network.logits(variables, inputs), labels), true, variables)
    step()
    const { stages, updates, run, dispose } = grouped(step, isGrouped ? 200 : 1e6)
    for (let i = 0; i < 4; i++) run()
    dispose()
    return { variables, stages, updates }
  })
  const [whole, groups] = trained
  expect(whole?.stages).toHaveLength(1)
  expect(groups?.variables.map(numbers)).toEqual(whole?.variables.map(numbers))
  const shapes = groups?.stages.map(({ gives }) =>
    gives.flatMap(place => (typeof place === 'number' ? [groups.updates[place - 1]?.shape.join('×')] : [])),
  )
  // A parameter, its two moments; 3 and 7×3 fill one group and share another.
  expect(shapes?.map(each => each.join(' '))).toEqual([
    '', // the loss
    '3 7×3 3 3',
    '7×3 7 7×3',
    '7 7',
    '8×7',
    '8×7',
    '8×7',
    '8 8 8',
    '6×8',
    '6×8',
    '6×8  ', // with Adam's two powers of β
  ])
})

test('gradients are made group by group', () => {
  const variables = [1, 2, 3].map(value => tf.variable<tf.Rank>(tf.fill([8, 8], value)))
  const x = tf.ones([2, 8])
  const step = (): void => {
    tf.tidy(() => {
      const { gradients: slopes } = gradients(
        () => tf.tanh(variables.reduce((h, each) => tf.tanh(h.matMul(each)), x)).sum(),
        variables,
      )
      variables.forEach((each, i) => {
        each.assign(each.sub(slopes[i]?.mul(0.1) ?? 0))
      })
    })
  }
  const { stages, dispose } = grouped(step, 256)
  const handed = stages.flatMap(({ graph, gives }) =>
    graph.results.filter((_, i) => typeof gives[i] === 'string').map(({ node }) => node),
  )
  const square = stages
    .flatMap(({ graph }) => graph.nodes)
    .filter(({ name, outputs }) => handed.includes(name) && outputs[0]?.shape.join() === '8,8')
  expect(stages).toHaveLength(3)
  expect(square).toEqual([])
  dispose()
  tf.dispose([...variables, x])
})

describe('a compiled step on more than one group', () => {
  const large = (value: number): tf.Variable => tf.tidy(() => tf.variable(tf.fill([6_000_000], value)))
  const first = (tensor: tf.Tensor): number | undefined => tf.tidy(() => numbers(tensor.slice(0, 1))[0])

  test('gives results, assigns variables, and leaves no tensors', () => {
    const variables = [1, 10, 100].map(large)
    const step = compile((x: tf.Tensor) =>
      tf.tidy(() => {
        const values = variables.map(each => each.clone())
        variables.forEach((each, i) => {
          each.assign(values[(i + 1) % 3]?.add(x) ?? each)
        })
        return { sum: tf.addN(values.map(each => each.slice(0, 1))).add(x), last: values[2]?.slice(5, 2) }
      }),
    )
    let expected = [1, 10, 100]
    const one = tf.scalar(1)
    const before = tf.memory().numTensors
    for (let i = 0; i < 5; i++) {
      const { sum, last } = step(one)
      expect(numbers(sum)).toEqual([expected.reduce((a, b) => a + b) + 1])
      expect(last && numbers(last)).toEqual([expected[2], expected[2]])
      tf.dispose([sum, last])
      expected = expected.map((_, i) => (expected[(i + 1) % 3] ?? NaN) + 1)
      expect(variables.map(first)).toEqual(expected)
    }
    expect(tf.memory().numTensors).toBe(before)
    step.dispose()
    tf.dispose([...variables, one])
  })

  test.each([
    { where: 'in a later group has assigned those before it', result: 0, expected: [5, 14, 118] },
    { where: 'in what the result needs has assigned nothing', result: 2, expected: [4, 13, 118] },
  ])('that throws $where, and leaves no tensors', ({ result, expected }) => {
    const variables = [1, 10, 100].map(large)
    const table = tf.tensor1d([5, 6])
    const step = compile((place: tf.Tensor1D) =>
      tf.tidy(() => {
        variables.forEach((each, i) => {
          each.assign(each.add(i < 2 ? 1 : table.gather(place)))
        })
        return variables[result]?.slice(0, 1)
      }),
    )
    const [inside, outside] = [tf.tensor1d([1], 'int32'), tf.tensor1d([7], 'int32')]
    for (let i = 0; i < 3; i++) step(inside)?.dispose()
    expect(variables.map(first)).toEqual([4, 13, 118])
    const before = tf.memory().numTensors
    expect(() => step(outside)).toThrow(/update-groups\.test\.ts:\d+: [^]*indices/)
    expect(tf.memory().numTensors).toBe(before)
    expect(variables.map(first)).toEqual(expected)
    step.dispose()
    tf.dispose([...variables, table, inside, outside])
  })
})
