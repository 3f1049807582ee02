import type { ModelObjective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { inputsOf, normalisedLogits, objectiveOf, reluLogits, reluParameters } from '../test/relu-network.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { adaptiveSharpness } from './adaptive-sharpness.ts'
import { adaptiveAverageSharpness, averageSharpness } from './average-sharpness.ts'
import { fisherRaoNorm } from './fisher-rao-norm.ts'
import { hessianSharpness } from './hessian-sharpness.ts'
import { type Invariances, invariances } from './invariances.ts'
import {
  magnitudeAwarePacBayesFlatness,
  type PacBayesFlatness,
  pacBayesFlatness,
} from './pac-bayes-flatness.ts'
import { rescaleLayers } from './rescaling.ts'
import { samSharpness } from './sam-sharpness.ts'

await tensorScope()

/** A value, and the standard error of its logarithm, 0 where it is not sampled. */
interface Measured {
  readonly value: number
  readonly doubt: number
}

const exact = ({ value }: { value: number }): Measured[] => [{ value, doubt: 0 }]
const sampled = (found: { value: number; standardError: number }): Measured[] => [
  { value: found.value, doubt: found.standardError / found.value },
]
/** The rise grows about with σ², so that 1 / σ² is as uncertain as the rise; and the bracket is 0.5 % wide. */
const bracketed = ({ value, rise, standardError }: PacBayesFlatness): Measured[] => [
  { value, doubt: standardError / rise + 0.01 },
]

const pairs = 100
const measures: Readonly<Record<string, (objective: ModelObjective) => Promise<Measured[]>>> = {
  samSharpness: async objective => exact(await samSharpness(objective)),
  adaptiveSharpness: async objective => [
    ...exact(await adaptiveSharpness(objective, { rho: 0.1 })),
    ...exact(await adaptiveSharpness(objective, { rho: 0.05, norm: 'infinity' })),
  ],
  averageSharpness: async objective => sampled(await averageSharpness(objective, { sigma: 0.1, pairs })),
  adaptiveAverageSharpness: async objective =>
    sampled(await adaptiveAverageSharpness(objective, { sigma: 0.5, pairs })),
  fisherRaoNorm: async objective => exact(await fisherRaoNorm(objective)),
  pacBayesFlatness: async objective => bracketed(await pacBayesFlatness(objective, { pairs })),
  magnitudeAwarePacBayesFlatness: async objective =>
    bracketed(await magnitudeAwarePacBayesFlatness(objective, { pairs })),
  hessianSharpness: async objective => {
    const { largestEigenvalue, trace } = await hessianSharpness(objective)
    return [...exact({ value: largestEigenvalue }), ...exact({ value: trace })]
  },
}

type Transformed = Exclude<keyof Invariances, 'measure'>

/** A power of 2, so that float32 rounds nothing. */
const a = 64

interface Case {
  readonly logits: typeof reluLogits
  readonly transform: (parameters: readonly tf.Tensor[]) => tf.Tensor[]
}

const order = [2, 0, 3, 1]
const cases: Readonly<Record<Transformed, Case>> = {
  layerRescaling: { logits: reluLogits, transform: theta => rescaleLayers(theta, [a]) },
  normalisedRows: {
    logits: normalisedLogits,
    transform: theta => theta.map((each, i) => (i === 0 ? each.div(a) : each.clone())),
  },
  unitPermutation: {
    logits: reluLogits,
    transform: theta =>
      theta.map((each, i) => (i === 3 ? each.clone() : each.gather(order, i === 0 ? 1 : 0))),
  },
}

/** Of how they are transformed, what each measure is before and after. */
const found = new Map<string, { before: Measured[]; after: Measured[] }>()

beforeAll(async () => {
  tf.engine().startScope()
  for (const [name, { logits, transform }] of Object.entries(cases)) {
    const theta = reluParameters(4)
    const [from, to] = [objectiveOf(theta, logits), objectiveOf(transform(theta), logits)]
    for (const [measure, take] of Object.entries(measures)) {
      found.set(`${name} ${measure}`, { before: await take(from), after: await take(to) })
    }
  }
  tf.engine().endScope()
})

test.each(Object.entries(cases))('%s leaves the function alone, and moves θ', (_, { logits, transform }) => {
  const theta = reluParameters(4)
  const there = transform(theta)
  const distance = tf.max(tf.abs(logits(theta, inputsOf()).sub(logits(there, inputsOf()))))
  expect(distance.dataSync()[0]).toBeLessThan(1e-5)
  const moved = theta.map(
    (each, i) =>
      each
        .sub(there[i] ?? 0)
        .abs()
        .max()
        .dataSync()[0] ?? NaN,
  )
  expect(Math.max(...moved)).toBeGreaterThan(1)
})

const rows = invariances.flatMap(({ measure, ...is }) =>
  Object.entries(is).map(([name, invariant]) => [measure, name, invariant] as const),
)
/** Keskar's φ has a test of its own. */
const here = rows.filter(([measure]) => measure !== 'keskarSharpness')

describe('the table', () => {
  test.each(here.filter(([, , invariant]) => invariant))('%s does not see %s', (measure, name) => {
    const { before = [], after = [] } = found.get(`${name} ${measure}`) ?? {}
    expect(before.length).toBeGreaterThan(0)
    before.forEach(({ value, doubt }, i) => {
      const other = after[i]?.value ?? NaN
      // A permutation gives each unit other random numbers: there it is the same within three standard errors.
      const permuted = name === 'unitPermutation' ? 3 * Math.hypot(doubt, after[i]?.doubt ?? NaN) : 0
      expect(Math.abs(Math.log(other / value))).toBeLessThan(1e-3 + permuted)
      expect(permuted).toBeLessThan(1)
    })
  })

  test.each(here.filter(([, , invariant]) => !invariant))('%s is moved by %s tenfold', (measure, name) => {
    const { before = [], after = [] } = found.get(`${name} ${measure}`) ?? {}
    expect(before.length).toBeGreaterThan(0)
    before.forEach(({ value }, i) => {
      expect((after[i]?.value ?? NaN) / value).toBeGreaterThan(10)
    })
  })

  test('has each measure, each once', () => {
    const names = invariances.map(({ measure }) => measure)
    expect(names.toSorted()).toEqual([...Object.keys(measures), 'keskarSharpness'].toSorted())
    expect(Object.isFrozen(invariances) && invariances.every(row => Object.isFrozen(row))).toBe(true)
  })
})

test('with a floor the adaptive sharpness sees a rescaling', async () => {
  const theta = reluParameters(4)
  const options = { rho: 0.1, floor: 0.01 }
  const before = await adaptiveSharpness(objectiveOf(theta), options)
  const after = await adaptiveSharpness(objectiveOf(rescaleLayers(theta, [a])), options)
  expect(after.value / before.value).toBeGreaterThan(1.02)
})
