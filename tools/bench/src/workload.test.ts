import type { Network } from '@flatland/networks'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { sample } from './agreement.ts'
import { CALLS_UNTIL_COMPILED, compiledWorkload } from './compiled-workload.ts'
import { OPTIMIZER_KINDS, optimizerOf } from './optimizers.ts'
import { buildNetwork, call, workload } from './workload.ts'

beforeAll(async () => {
  await useBackend('native')
})

const SIZES = { kind: 'mlp', inputs: 4, hidden: [6, 5], classes: 3 } as const
const WORKS = ['step', 'gradient', 'product', 'point-product'] as const
const SGD = optimizerOf('sgd', 0.1)

/** The small problem of the agreement check, with the parameters moved along the direction. */
function problem(
  make: typeof workload,
  { shift = 0, settings = SGD, onCall = (): unknown => undefined } = {},
) {
  const network = buildNetwork(SIZES)
  const watched: Network = { ...network, logits: (at, x) => (onCall(), network.logits(at, x)) }
  const { parameters, direction, inputs, labels, batch } = sample(SIZES, 11)
  const shaped = (values: readonly (readonly number[])[]) =>
    network.parameterShapes.map(({ shape }, i) => tf.tensor([...(values[i] ?? [])], [...shape]))
  const moved = parameters.map((values, i) =>
    values.map((value, j) => value + shift * (direction[i]?.[j] ?? NaN)),
  )
  const tensors = {
    parameters: shaped(moved).map(start => tf.variable(start)),
    inputs: tf.tensor([...inputs], [batch, 4]),
    labels: tf.oneHot([...labels], 3).toFloat(),
    direction: shaped(direction),
  }
  return { tensors, load: make(watched, tensors, settings) }
}

const flat = (tensors: readonly tf.Tensor[]) => tensors.flatMap(tensor => [...tensor.dataSync()])
const norm = (values: readonly number[]) => Math.hypot(...values)

describe.each([
  ['eager', workload, 0],
  ['compiled', compiledWorkload, CALLS_UNTIL_COMPILED],
] as const)('%s', (_, make, callsBefore) => {
  /** What a call gives when what is made at the first ones is there. */
  const settled = <T>(work: () => T): T => {
    for (let i = 0; i < callsBefore; i++) work()
    return work()
  }

  test('the gradient along v is the difference quotient of the loss', () => {
    const h = 1e-2
    const gradient = flat(settled(problem(make).load.gradient))
    const slope = gradient.reduce(
      (sum, g, i) => sum + g * (flat(problem(make).tensors.direction)[i] ?? NaN),
      0,
    )
    const lossAt = (shift: number) => problem(make, { shift }).load.loss()
    const quotient = (lossAt(h) - lossAt(-h)) / (2 * h)
    expect(Math.abs(slope - quotient) / Math.abs(slope)).toBeLessThan(1e-2)
  })

  test.each(['product', 'pointProduct'] as const)(
    'the %s is the difference quotient of the gradient',
    kind => {
      const h = 1e-3
      const product = flat(settled(problem(make).load[kind]))
      const gradientAt = (shift: number) => flat(problem(workload, { shift }).load.gradient())
      const [ahead, behind] = [gradientAt(h), gradientAt(-h)]
      const errors = product.map((p, i) => p - ((ahead[i] ?? NaN) - (behind[i] ?? NaN)) / (2 * h))
      expect(norm(product)).toBeGreaterThan(0.1)
      expect(norm(errors) / norm(product)).toBeLessThan(1e-2)
    },
  )

  test('a step moves the parameters by −0.1 times the gradient', () => {
    const { tensors, load } = problem(make)
    for (let i = 0; i < callsBefore; i++) load.step()
    const [before, gradient] = [flat(tensors.parameters), flat(settled(load.gradient))]
    load.step()
    const after = flat(tensors.parameters)
    const errors = after.map((value, i) => value - ((before[i] ?? NaN) - 0.1 * (gradient[i] ?? NaN)))
    expect(norm(gradient)).toBeGreaterThan(0.01)
    expect(norm(errors)).toBeLessThan(1e-6 * norm(before))
  })

  test('no call leaves a tensor behind, not even one that fails', () => {
    const { tensors, load } = problem(make)
    // The first step makes what the optimiser keeps.
    for (const work of WORKS) for (let i = 0; i <= callsBefore; i++) call(load, work)
    call(load, 'point-product')
    const before = tf.memory().numTensors
    for (const work of WORKS) call(load, work)
    expect(tf.memory().numTensors).toBe(before)
    for (const parameter of tensors.parameters) parameter.assign(tf.fill(parameter.shape, NaN))
    const poisoned = tf.memory().numTensors
    for (const work of WORKS) {
      expect(() => {
        call(load, work)
      }).toThrow(/ (came out as|is) NaN/)
    }
    expect(tf.memory().numTensors).toBe(poisoned)
  })
})

test.each(WORKS)('a compiled %s is the graph alone, once it has been called as often as it says', work => {
  for (const kind of work === 'step' ? OPTIMIZER_KINDS : (['sgd'] as const)) {
    let calls = 0
    const { load } = problem(compiledWorkload, { settings: optimizerOf(kind, 0.1), onCall: () => calls++ })
    for (let i = 0; i < CALLS_UNTIL_COMPILED; i++) call(load, work)
    const before = calls
    expect(before).toBeGreaterThan(0)
    call(load, work)
    expect(calls).toBe(before)
  }
})

test('the same seed gives the same problem', () => {
  expect(sample(SIZES, 11)).toEqual(sample(SIZES, 11))
  expect(sample(SIZES, 11).inputs).not.toEqual(sample(SIZES, 12).inputs)
})
