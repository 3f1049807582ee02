import type { ModelObjective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { inputsOf, normalisedLogits, objectiveOf, reluLogits, reluParameters } from '../test/relu-network.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { adaptiveSharpness } from './adaptive-sharpness.ts'
import { invariances } from './invariances.ts'
import { keskarSharpness } from './keskar-sharpness.ts'
import { rescaleLayers } from './rescaling.ts'

await tensorScope()

const of = async (objective: ModelObjective) => (await keskarSharpness(objective, { signSteps: 5 })).value
const outputs = (logits: typeof reluLogits, theta: readonly tf.Tensor[]) =>
  logits(theta, inputsOf()).dataSync()

/** The largest difference of two networks' outputs. */
const difference = (logits: typeof reluLogits, a: readonly tf.Tensor[], b: readonly tf.Tensor[]) => {
  const others = outputs(logits, b)
  return Math.max(...outputs(logits, a).map((value, i) => Math.abs(value - (others[i] ?? NaN))))
}

test('(aθ₁, θ₂/a) of Dinh et al. leaves the function and the adaptive measure alone, and moves φ by orders of magnitude', async () => {
  const theta = reluParameters(4)
  for (const a of [2 ** 8, 2 ** 12]) {
    const scaled = rescaleLayers(theta, [a])
    expect(difference(reluLogits, theta, scaled)).toBeLessThan(1e-5)
    const [from, to] = [objectiveOf(theta), objectiveOf(scaled)]
    expect((await of(to)) / (await of(from))).toBeGreaterThan(a / 8)
    const adaptive = async (objective: ModelObjective) =>
      (await adaptiveSharpness(objective, { rho: 0.1, steps: 5 })).value
    expect(Math.abs((await adaptive(to)) / (await adaptive(from)) - 1)).toBeLessThan(1e-3)
  }
})

test('the scale of the rows before a batch normalisation moves φ, and not the function', async () => {
  const theta = reluParameters(4)
  const scaled = theta.map((each, i) => (i === 0 ? each.div(64) : each.clone()))
  expect(difference(normalisedLogits, theta, scaled)).toBeLessThan(1e-4)
  const [from, to] = [objectiveOf(theta, normalisedLogits), objectiveOf(scaled, normalisedLogits)]
  expect((await of(to)) / (await of(from))).toBeGreaterThan(2)
})

test('the order of the hidden units does not', async () => {
  const theta = reluParameters(4)
  const order = [2, 0, 3, 1]
  const other = theta.map((each, i) => (i === 3 ? each.clone() : each.gather(order, i === 0 ? 1 : 0)))
  expect(difference(reluLogits, theta, other)).toBeLessThan(1e-5)
  expect((await of(objectiveOf(other))) / (await of(objectiveOf(theta)))).toBeCloseTo(1, 3)
})

test('so it is listed', () => {
  expect(invariances.find(({ measure }) => measure === 'keskarSharpness')).toMatchObject({
    layerRescaling: false,
    normalisedRows: false,
    unitPermutation: true,
  })
})
