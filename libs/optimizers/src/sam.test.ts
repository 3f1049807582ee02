import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, beforeAll, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { given } from '../test/given.ts'
import { minimized, numbersOf, openProblem } from '../test/trajectories.ts'
import { adamW } from './adam-w.ts'
import { asam } from './asam.ts'
import { heavyBall } from './heavy-ball.ts'
import { lamb } from './lamb.ts'
import { optimizer } from './optimizer.ts'
import type { Rule } from './rule.ts'
import { sam } from './sam.ts'
import { sgd } from './sgd.ts'

function after(rule: Rule, steps: number): number[] {
  const problem = openProblem('network')
  const descent = optimizer(rule, 0.05)
  for (let i = 0; i < steps; i++) minimized(descent, problem)
  const numbers = numbersOf(problem.parameters)
  descent.dispose()
  problem.dispose()
  return numbers
}

describe.each(backends)('on %s, with ρ = 0', backend => {
  beforeAll(async () => {
    await useBackend(backend)
  })

  test.each([heavyBall(), adamW(), lamb()].map((base: Rule) => [base.name, base] as const))(
    'SAM and ASAM are their base bit for bit: %s',
    (_, base) => {
      const expected = after(base, 20)
      expect(after(sam(base, { rho: 0 }), 20)).toEqual(expected)
      expect(after(asam(base, { rho: 0 }), 20)).toEqual(expected)
      expect(after(sam(base, { rho: 0.1 }), 20)).not.toEqual(expected)
    },
  )
})

describe('the gradient elsewhere', () => {
  beforeAll(async () => {
    await useBackend('wasm')
  })

  test('gives the loss at the parameters', () => {
    const theta = tf.variable(tf.scalar(3))
    const descent = optimizer(sam(sgd(), { rho: 1 }), 0.5)
    const loss = descent.minimize(() => theta.square(), true)
    expect(loss?.dataSync()[0]).toBe(9)
    expect(theta.dataSync()[0]).toBe(3 - 0.5 * 8)
  })

  test('a gradient of 0 moves nothing', () => {
    const theta = tf.variable(tf.zeros([2]))
    for (const rule of [sam(sgd()), asam(sgd())]) optimizer(rule, 0.5).minimize(() => theta.square().sum())
    expect(numbersOf([theta])).toEqual([0, 0])
  })

  test('brings the variables back where the loss throws there, and leaves no tensors', () => {
    const theta = tf.variable(tf.tensor1d([1, 2]))
    const descent = optimizer(sam(sgd(), { rho: 1 }), 0.5)
    const held = tf.memory().numTensors
    let calls = 0
    const loss = (): tf.Scalar => {
      if (++calls === 2) throw new Error('there')
      return theta.square().sum()
    }
    expect(() => descent.minimize(loss)).toThrow('there')
    expect(numbersOf([theta])).toEqual([1, 2])
    expect(tf.memory().numTensors).toBe(held)
  })

  test('ASAM does not change where the network is rescaled', () => {
    // L(a b) is the same at (3a, b/3), and so is the loss where the gradient is taken.
    const loss = ([a, b]: tf.Tensor[]) => tf.sub(1, given(a).mul(given(b))).square()
    const lossThere = (a: number, b: number, rule: Rule): number => {
      const parameters = [tf.scalar(a), tf.scalar(b)]
      const moved = rule.perturb?.(parameters, tf.grads((x, y) => loss([x, y]))(parameters)) ?? []
      return loss(moved).dataSync()[0] ?? NaN
    }
    const adaptive = asam(sgd(), { rho: 0.5, floor: 1e-9 })
    expect(lossThere(3, 0.5 / 3, adaptive)).toBeCloseTo(lossThere(1, 0.5, adaptive), 5)
    const plain = sam(sgd(), { rho: 0.5 })
    expect(Math.abs(lossThere(3, 0.5 / 3, plain) - lossThere(1, 0.5, plain))).toBeGreaterThan(0.1)
  })

  test('refuses what it cannot do', () => {
    expect(() => sam(sgd(), { rho: -1 })).toThrow('rho is -1')
    expect(() => sam(asam(sgd()))).toThrow('SAM over ASAM')
    expect(() => asam(sam(sgd()))).toThrow('ASAM over SAM')
    expect(() => asam(sgd(), { rho: NaN })).toThrow('rho is NaN')
    expect(() => asam(sgd(), { floor: 0 })).toThrow('floor is 0')
    expect(() => asam(sgd(), { exclude: [] })).toThrow('exclude is []')
  })
})
