import { type BackendName, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixtureNames, openFixture } from '../test/fixture-networks.ts'
import { relativeError } from '../test/relative-error.ts'
import { empiricalFisher } from './empirical-fisher.ts'
import { evaluateGradient } from './evaluate.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { monteCarloFisher } from './monte-carlo-fisher.ts'

/** Native where set-up builds it. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']

/** Eleven examples by four: the last micro-batch is short. */
const batchSize = 4
/** Some ten roundings of float32; measured: 4e-7 at most. The project promises 2e-3. */
const tolerance = 5e-6

describe.each(backends)('on %s, beside PyTorch in float64', backend => {
  let tensors = 0
  beforeEach(async () => {
    await useBackend(backend)
    tensors = tf.memory().numTensors
  })
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors)
  })

  describe.each(fixtureNames)('%s', name => {
    let opened: ReturnType<typeof openFixture>
    beforeEach(() => {
      opened = openFixture(name)
    })
    afterEach(() => {
      tf.dispose([...opened.objective.parameters, opened.inputs])
    })

    test('loss and gradient', async () => {
      const { objective, fixture } = opened
      const { loss, gradient } = await evaluateGradient(objective, { batchSize })
      expect(Math.abs(loss / fixture.loss - 1)).toBeLessThan(1e-5)
      expect(relativeError(gradient, fixture.gradient)).toBeLessThan(tolerance)
    })

    test('Hessian', async () => {
      const { objective, fixture } = opened
      const product = await hessian(objective, { batchSize }).apply(Float64Array.from(fixture.v))
      expect(relativeError(product, fixture.hessian)).toBeLessThan(tolerance)
    })

    test('Gauss–Newton, and with it the exact Fisher', async () => {
      const { objective, fixture } = opened
      const product = await gaussNewton(objective, { batchSize }).apply(Float64Array.from(fixture.v))
      expect(relativeError(product, fixture.gaussNewton)).toBeLessThan(tolerance)
      expect(relativeError(product, fixture.fisher)).toBeLessThan(tolerance)
    })

    test('empirical Fisher', async () => {
      const { objective, fixture } = opened
      const product = await empiricalFisher(objective, { batchSize }).apply(Float64Array.from(fixture.v))
      expect(relativeError(product, fixture.empiricalFisher)).toBeLessThan(tolerance)
    })

    test('Monte-Carlo Fisher within its standard errors of the exact one', async () => {
      const { objective, fixture } = opened
      const v = Float64Array.from(fixture.v)
      const fisher = monteCarloFisher(objective, { batchSize, samples: 40, seed: 1 })
      const { mean, standardErrors } = await fisher.estimate(v)
      // Entries vary together (eleven examples, three directions each); errors √40 too small would put half beyond.
      const deviations = mean.map((value, i) => Math.abs(value - (fixture.fisher[i] ?? NaN)))
      const beyond = deviations.filter((deviation, i) => deviation > 3 * (standardErrors[i] ?? NaN) + 1e-9)
      expect(beyond.length / mean.length).toBeLessThan(0.1)
      expect(Math.max(...standardErrors)).toBeGreaterThan(0)
      expect(relativeError(mean, fixture.fisher)).toBeLessThan(0.3)
      expect(relativeError(await fisher.apply(v), mean)).toBeLessThan(tolerance)
    })

    test('Jacobian and its transpose', async () => {
      const { objective, fixture } = opened
      const j = jacobian(objective, { batchSize })
      const v = Float64Array.from(fixture.v)
      const product = await j.apply(v)
      expect(relativeError(product, fixture.jacobianProduct)).toBeLessThan(tolerance)
      // ⟨Jv, u⟩ = ⟨v, Jᵀu⟩ at u = Jv.
      const back = await j.applyTranspose(product)
      const [left, right] = [sumOfProducts(product, product), sumOfProducts(v, back)]
      expect(Math.abs(left / right - 1)).toBeLessThan(tolerance)
    })

    // The CNN's parameters lie 1e-5 from a kink of its ReLU and max pooling, where differences see a jump.
    test.skipIf(name === 'cnn')('Hessian by finite differences, to three digits', async () => {
      const { objective, fixture } = opened
      const operator = finiteDifferenceHessian(objective, { batchSize })
      const product = await operator.apply(Float64Array.from(fixture.v))
      expect(relativeError(product, fixture.hessian)).toBeLessThan(operator.relativeError ?? 0)
    })
  })
})

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0)
}
