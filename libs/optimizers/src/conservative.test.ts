import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { given } from '../test/given.ts'
import { numbersOf } from '../test/trajectories.ts'
import { accumulate } from './accumulate.ts'
import { adam } from './adam.ts'
import { conservative } from './conservative.ts'
import { heavyBall } from './heavy-ball.ts'
import { optimizer } from './optimizer.ts'
import type { Rule } from './rule.ts'
import { cosine } from './schedules/cosine.ts'
import type { Schedule } from './schedules/schedule.ts'
import { sgd } from './sgd.ts'

interface Batch {
  readonly inputs: readonly (readonly number[])[]
  readonly targets: readonly number[]
}

/** Four batches of six examples each; the numbers are exact in float32. */
const batches: readonly Batch[] = [0, 1, 2, 3].map(b => {
  const inputs = Array.from({ length: 6 }, (_, i) => [
    1,
    ((7 * i + 3 * b) % 8) / 4 - 1,
    ((5 * i + b) % 8) / 2,
  ])
  return { inputs, targets: inputs.map(([, x = 0, y = 0], i) => x - y / 2 + (i % 3) / 8 + b / 4) }
})
const start = [0.5, -1, 2]

/** ½ the mean of squares. */
const lossOf = ({ inputs, targets }: Batch, w: tf.Tensor): tf.Scalar =>
  tf.tidy(() => {
    const residuals = tf.tensor2d(inputs as number[][]).matMul(w.reshape([3, 1])).squeeze([1]).sub([...targets]) // prettier-ignore
    return residuals.square().mean().mul(0.5)
  })

function slopeOf({ inputs, targets }: Batch, w: readonly number[]): number[] {
  const residuals = inputs.map((x, i) =>
    x.reduce((sum, each, j) => sum + each * (w[j] ?? NaN), -(targets[i] ?? NaN)),
  )
  return w.map(
    (_, j) => residuals.reduce((sum, r, i) => sum + r * (inputs[i]?.[j] ?? NaN), 0) / inputs.length,
  )
}

/** Where the rule comes to after one call for each of these batches. */
function after(rule: Rule, calls: readonly Batch[], rate: number | Schedule = 0.05): number[] {
  const held = tf.memory().numTensors
  const w = tf.tidy(() => tf.variable(tf.tensor1d(start)))
  const descent = optimizer(rule, rate)
  for (const batch of calls) descent.minimize(() => lossOf(batch, w))
  const numbers = numbersOf([w])
  descent.dispose()
  w.dispose()
  expect(tf.memory().numTensors).toBe(held)
  return numbers
}

const each = (steps: number, epochs = 1): Batch[] =>
  Array.from({ length: epochs }, () => batches).flatMap(epoch => epoch.flatMap(batch => Array.from({ length: steps }, () => batch))) // prettier-ignore

/** The largest difference, relative to the largest number. */
function difference(actual: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? NaN)))) / scale
}

/** Conservative training with Adam as plain loops over numbers, in float64. */
function byHand(strength: number, steps: number, epochs: number, rate: number): number[] {
  let w = [...start]
  const [m, v] = [[0, 0, 0], [0, 0, 0]] // prettier-ignore
  let t = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of batches) {
      const anchor = [...w]
      for (let k = 0; k < steps; k++) {
        t++
        const slope = slopeOf(batch, w)
        w = w.map((value, j) => {
          const g = given(slope[j]) + strength * (value - given(anchor[j]))
          m[j] = 0.9 * given(m[j]) + 0.1 * g
          v[j] = 0.999 * given(v[j]) + 0.001 * g * g
          const root = Math.sqrt(given(v[j]) / (1 - 0.999 ** t))
          return value - (rate * (given(m[j]) / (1 - 0.9 ** t))) / (root + 1e-8)
        })
      }
    }
  }
  return w
}

describe.each(backends)('conservative training on %s', backend => {
  beforeAll(async () => {
    await useBackend(backend)
  })

  test.each([
    [0.001, 3],
    [0.5, 3],
    [2, 5],
  ])('with γ = %d and %d steps of Adam is that of plain loops in float64', (strength, steps) => {
    const rule = conservative(adam(), { strength, steps })
    const [actual, expected] = [after(rule, each(steps, 5)), byHand(strength, steps, 5, 0.05)]
    // What float32 leaves after 60 to 100 steps, as for the trajectories.
    expect(difference(actual, expected)).toBeLessThan(1e-5)
    // The loops tell the settings apart.
    expect(difference(byHand(strength / 2, steps, 5, 0.05), expected)).toBeGreaterThan(1e-5)
  })

  test('many steps solve its problem: on ½a(w − c)² it comes to (ac + γw_B) / (a + γ), batch after batch', () => {
    const [a, strength, steps] = [2, 1, 60]
    const w = tf.variable(tf.scalar(4))
    const descent = optimizer(conservative(sgd(), { strength, steps }), 0.25)
    let expected = 4
    for (const c of [1, -2, 0.5]) {
      for (let k = 0; k < steps; k++) descent.minimize(() => w.sub(c).square().mul(a / 2).asScalar()) // prettier-ignore
      expected = (a * c + strength * expected) / (a + strength)
      expect(w.dataSync()[0]).toBeCloseTo(expected, 6)
    }
    descent.dispose()
    w.dispose()
  })

  test('with γ = 0, or a single step, it is its base, bit for bit', () => {
    for (const base of [adam(), heavyBall()] as Rule[]) {
      const expected = after(base, each(3, 2))
      expect(after(conservative(base, { strength: 0 }), each(3, 2))).toEqual(expected)
      expect(after(conservative(base, { strength: 9, steps: 1 }), each(3, 2))).toEqual(expected)
      expect(after(conservative(base, { strength: 0.1 }), each(3, 2))).not.toEqual(expected)
    }
  })
})

describe('conservative training', () => {
  beforeAll(async () => {
    await useBackend('wasm')
  })

  test('says how often it is to be given a batch; the rules on which it stands pass it on', () => {
    const rule = conservative(adam())
    expect([rule.passes, rule.period]).toEqual([3, 3])
    expect([accumulate(rule, 4).passes, accumulate(rule, 4).period]).toEqual([3, 12])
    expect([conservative(accumulate(adam(), 4)).passes, conservative(accumulate(adam(), 4)).period]).toEqual([
      3, 12,
    ])
    expect([adam().passes, accumulate(adam(), 4).passes]).toEqual([1, 1])
    expect(rule.name).toBe('Adam (β=0.9/0.999, ε=1e-8), conservative (γ=0.001, 3 steps a batch)')
  })

  test('over micro-batches, or under them, it is that over their batch', () => {
    const options = { strength: 0.5, steps: 3 }
    const parts = batches.map(({ inputs, targets }) =>
      [0, 3].map(from => ({ inputs: inputs.slice(from, from + 3), targets: targets.slice(from, from + 3) })),
    )
    const calls = parts.flatMap(halves => [...halves, ...halves, ...halves])
    const whole = after(conservative(adam(), options), each(3))
    expect(difference(after(accumulate(conservative(adam(), options), 2), calls), whole)).toBeLessThan(1e-5)
    expect(difference(after(conservative(accumulate(adam(), 2), options), calls), whole)).toBeLessThan(1e-5)
  })

  test('a schedule counts batches: the rate is the same for all steps on one', () => {
    const w = tf.variable(tf.scalar(1))
    const schedule = cosine({ learningRate: 0.4, steps: 4 })
    const descent = optimizer(conservative(sgd(), { steps: 3 }), schedule)
    const rates: number[] = []
    for (let call = 0; call < 9; call++) {
      rates.push(descent.learningRate)
      descent.minimize(() => w.square().asScalar())
    }
    expect(rates).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2].map(schedule))
    descent.dispose()
    w.dispose()
  })
})
