import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import { evaluateGradient, evaluateLoss } from './evaluate.ts'
import { findCriticalPoints } from './find-critical-points.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { gaussNewton } from './gauss-newton.ts'
import { gradientDescent } from './gradient-descent.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { monteCarloFisher } from './monte-carlo-fisher.ts'
import { functionObjective, type ModelObjective, type Objective } from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'
import { quadraticModel } from './quadratic-model.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'

await useBackend('cpu')

/** In no scope that would dispose of them, whatever a work leaves behind is counted. */
async function leftBehind(work: () => Promise<unknown>): Promise<number> {
  const before = tf.memory().numTensors
  await work()
  return tf.memory().numTensors - before
}

const ones = (size: number) => new Float64Array(size).fill(1)

const ofNetworks: Record<string, (objective: ModelObjective) => Promise<unknown>> = {
  hessian: async objective => hessian(objective).apply(ones(151)),
  gaussNewton: async objective => gaussNewton(objective).apply(ones(151)),
  empiricalFisher: async objective => empiricalFisher(objective).apply(ones(151)),
  monteCarloFisher: objective => monteCarloFisher(objective, { samples: 2 }).estimate(ones(151)),
  'jacobian, v': objective => jacobian(objective).apply(ones(151)),
  'jacobian, u': objective => jacobian(objective).applyTranspose(ones(44)),
  finiteDifferenceHessian: async objective => finiteDifferenceHessian(objective).apply(ones(151)),
  evaluateLoss,
  evaluateGradient,
  quadraticModel: async objective => (await quadraticModel(objective)).along(ones(151)),
}

test.each(Object.entries(ofNetworks))('%s leaves no tensors', async (_, work) => {
  const { objective, inputs } = openFixture('mlp-tanh')
  expect(await leftBehind(() => work(objective))).toBe(0)
  tf.dispose([...objective.parameters, inputs])
})

const ofSaddles: Record<string, (objective: Objective) => Promise<unknown>> = {
  gradientDescent: objective => gradientDescent(objective, { steps: 3, learningRate: 0.1 }),
  perturbedGradientDescent: objective =>
    perturbedGradientDescent(objective, { steps: 20, learningRate: 0.1 }),
  escapeAlongNegativeCurvature: objective => escapeAlongNegativeCurvature(objective, { steps: 2 }),
  saddleFreeNewton: objective => saddleFreeNewton(objective, { steps: 3 }),
  findCriticalPoints: objective => findCriticalPoints(objective, { starts: 3 }),
}

test.each(Object.entries(ofSaddles))('%s leaves no tensors', async (_, work) => {
  const parameters = [tf.scalar(0), tf.scalar(0)] as const
  const objective = functionObjective(parameters, ([a, b]) => tf.sub(1, a.mul(b)).square())
  expect(await leftBehind(() => work(objective))).toBe(0)
  tf.dispose([...parameters])
})
