import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { denseMatrix } from './dense-matrix.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { gradientDescent } from './gradient-descent.ts'
import { hessian } from './hessian-operator.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import { classification, type Objective } from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

// Native only where set-up builds it.
const builtHere = process.platform === 'linux' && process.arch === 'x64'
await useBackend(builtHere ? 'native' : 'wasm')

const [rows, pixels, hidden] = [300, 196, 500]
const inputs = tf.tensor2d(randomStream(1).normal(rows * pixels), [rows, pixels])
// Three classes, as often as each other, told apart by the first two pixels.
const byPixels = inputs.slice([0, 0], [rows, 2]).sum(1).dataSync()
const order = [...byPixels.keys()].sort((a, b) => (byPixels[a] ?? NaN) - (byPixels[b] ?? NaN))
const labels = new Uint8Array(rows)
order.forEach((row, place) => (labels[row] = Math.floor((3 * place) / rows)))

/**
 * A tanh network of 100 003 parameters with all of them 0. Its outputs are the class frequencies, so its gradient is 0; its
 * Hessian couples W₁ and W₂ by M = E[x (p − y)ᵀ], once for each hidden unit: its eigenvalues are ±σ(M), and those of the
 * last biases.
 */
const saddle: Objective = classification({
  parameters: [tf.zeros([pixels, hidden]), tf.zeros([hidden]), tf.zeros([hidden, 3]), tf.zeros([3])],
  logits: ([w1, b1, w2, b2], x) => {
    if (!w1 || !b1 || !w2 || !b2) throw new Error('four parameters')
    return tf.tanh(x.matMul(w1).add(b1)).matMul(w2).add(b2)
  },
  classes: 3,
  inputs,
  labels,
})

const sigma = await largestSingularValue()

async function largestSingularValue(): Promise<number> {
  const errors = tf.sub(1 / 3, tf.oneHot(tf.tensor1d([...labels], 'int32'), 3))
  const m = inputs.matMul(errors, true).div<tf.Tensor2D>(rows)
  const squares = tf.matMul(m, m, true).arraySync() as number[][]
  return Math.sqrt(symmetricEigen(await explicitMatrix(denseMatrix(squares))).pairs[0]?.value ?? NaN)
}

describe('at the zero weights of a network of 100 000 parameters', () => {
  test('the outermost eigenvalues are ±σ₁(M)', async () => {
    const { pairs } = await lanczosEigenpairs(hessian(saddle), { k: 1, which: 'both ends' })
    expect(pairs.map(({ value }) => value / sigma)).toEqual([expect.closeTo(1, 4), expect.closeTo(-1, 4)])
  })

  test('gradient descent moves no weight', async () => {
    const { parameters } = await gradientDescent(saddle, { learningRate: 1, steps: 20 })
    expect(parameters.subarray(0, -3).every(value => value === 0)).toBe(true)
  })

  test('the eigenvector leads out: its length is found where the quadratic model has long ended', async () => {
    const { escaped, moves } = await escapeAlongNegativeCurvature(saddle)
    expect(escaped).toBe(true)
    const { eigenvalue, predictedChange, measuredChange = NaN } = moves[0] ?? {}
    expect(eigenvalue).toBeCloseTo(-sigma, 4)
    expect(measuredChange).toBeLessThan(0)
    expect(predictedChange).toBeLessThan(measuredChange)
  })

  test('saddle-free Newton leads out', async () => {
    const { losses, escaped } = await saddleFreeNewton(saddle, { steps: 10 })
    const [first = NaN, second = NaN] = losses
    expect((first - second) / (first / 1e4)).toBeCloseTo(1, 1)
    expect(escaped).toBe(true)
  })

  test('random pushes lead out, as soon as (1 + η|λ|)ᵗ says', async () => {
    const learningRate = 1
    const { escaped, losses } = await perturbedGradientDescent(saddle, { learningRate, steps: 60 })
    expect(escaped).toBe(true)
    const [first = NaN] = losses
    const fall = first / 100
    const push = Math.sqrt((learningRate * fall) / 100) * Math.sqrt(hidden / 100_003)
    const expected = Math.log(Math.sqrt((2 * fall) / sigma) / push) / Math.log(1 + learningRate * sigma)
    const measured = losses.findIndex(loss => first - loss > fall)
    expect(measured / expected).toBeGreaterThan(0.7)
    expect(measured / expected).toBeLessThan(1.5)
  })
})
