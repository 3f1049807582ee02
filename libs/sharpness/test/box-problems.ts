import { readFileSync } from 'node:fs'
import type { LossAndGradient } from '@flatland/hessian'
import type { Box } from '../src/box.ts'

export type BoxFunction = (x: Float64Array) => LossAndGradient

/** What SciPy found after at most `limit` iterations. */
interface BoxRun {
  readonly limit: number
  readonly x: readonly number[]
  readonly value: number
  readonly iterations: number
  readonly evaluations: number
  readonly message: string
}

export interface BoxProblem {
  readonly name: string
  readonly f: BoxFunction
  readonly start: Float64Array
  readonly box: Box
  readonly runs: readonly BoxRun[]
}

interface Row {
  readonly name: string
  readonly function: string
  readonly start: readonly number[]
  readonly lower: readonly (number | null)[]
  readonly upper: readonly (number | null)[]
  readonly runs: readonly BoxRun[]
}

/** The problems of fixtures/l-bfgs-b.json. */
export function boxProblems(): BoxProblem[] {
  const file = new URL('../fixtures/l-bfgs-b.json', import.meta.url)
  const { problems } = JSON.parse(readFileSync(file, 'utf8')) as { problems: Row[] }
  return problems.map(({ name, function: key, start, lower, upper, runs }) => {
    const f = functions[key]
    if (f === undefined) throw new Error(`no function ${key}`)
    return {
      name,
      f,
      start: Float64Array.from(start),
      box: {
        lower: Float64Array.from(lower, bound => bound ?? -Infinity),
        upper: Float64Array.from(upper, bound => bound ?? Infinity),
      },
      runs,
    }
  })
}

/** Of the sum Σ termᵢ, each with its derivatives by the coordinates that it has. */
type Term = readonly [value: number, ...slopes: (readonly [index: number, slope: number])[]]

function sumOf(size: number, terms: readonly Term[]): LossAndGradient {
  const gradient = new Float64Array(size)
  let loss = 0
  for (const [value, ...slopes] of terms) {
    loss += value
    for (const [index, slope] of slopes) gradient[index] = (gradient[index] ?? NaN) + slope
  }
  return { loss, gradient }
}

/** 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)². */
export const rosenbrock: BoxFunction = x =>
  sumOf(
    x.length,
    Array.from(x.subarray(1), (b, i): Term => {
      const a = x[i] ?? NaN
      const rest = b - a * a
      return [100 * rest ** 2 + (1 - a) ** 2, [i, -400 * a * rest - 2 * (1 - a)], [i + 1, 200 * rest]]
    }),
  )

const chain: BoxFunction = x =>
  sumOf(
    x.length,
    Array.from(x).flatMap((a, i): Term[] => {
      const push = 10 * Math.sin(i + 1)
      const own: Term = [((i + 1) * a * a) / 2 - push * a, [i, (i + 1) * a - push]]
      const b = x[i + 1]
      return b === undefined ? [own] : [own, [(a - b) ** 2 / 2, [i, a - b], [i + 1, b - a]]]
    }),
  )

const beale: BoxFunction = ([a = NaN, b = NaN]) =>
  sumOf(
    2,
    [1.5, 2.25, 2.625].map((c, i): Term => {
      const rest = c - a + a * b ** (i + 1)
      return [rest ** 2, [0, 2 * rest * (b ** (i + 1) - 1)], [1, 2 * rest * (i + 1) * a * b ** i]]
    }),
  )

const himmelblau: BoxFunction = ([a = NaN, b = NaN]) => {
  const [p, q] = [a * a + b - 11, a + b * b - 7]
  return sumOf(2, [
    [p * p, [0, 4 * a * p], [1, 2 * p]],
    [q * q, [0, 2 * q], [1, 4 * b * q]],
  ])
}

const branin: BoxFunction = ([a = NaN, b = NaN]) => {
  const [bend, tilt] = [5.1 / (4 * Math.PI ** 2), 5 / Math.PI]
  const factor = 10 * (1 - 1 / (8 * Math.PI))
  const rest = b - bend * a * a + tilt * a - 6
  return sumOf(2, [
    [rest * rest, [0, 2 * rest * (tilt - 2 * bend * a)], [1, 2 * rest]],
    [factor * Math.cos(a) + 10, [0, -factor * Math.sin(a)]],
  ])
}

const styblinskiTang: BoxFunction = x =>
  sumOf(
    x.length,
    Array.from(x, (a, i): Term => [(a ** 4 - 16 * a * a + 5 * a) / 2, [i, (4 * a ** 3 - 32 * a + 5) / 2]]),
  )

/** ½ (Hx − 1)ᵀ D (Hx − 1), D from 1 to 10⁶, H the reflection along vᵢ = 1 / (i + 1). */
const illConditioned: BoxFunction = x => {
  const v = Array.from(x, (_, i) => 1 / (i + 1))
  const square = v.reduce((sum, each) => sum + each * each, 0)
  const reflected = (z: readonly number[]): number[] => {
    const product = z.reduce((sum, each, i) => sum + each * (v[i] ?? NaN), 0)
    return z.map((each, i) => each - ((2 * product) / square) * (v[i] ?? NaN))
  }
  const d = v.map((_, i) => 10 ** ((6 * i) / (v.length - 1)))
  const rest = reflected(Array.from(x)).map(each => each - 1)
  const loss = rest.reduce((sum, each, i) => sum + ((d[i] ?? NaN) * each * each) / 2, 0)
  return { loss, gradient: Float64Array.from(reflected(rest.map((each, i) => (d[i] ?? NaN) * each))) }
}

const driver1: BoxFunction = x =>
  sumOf(
    x.length,
    Array.from(x, (b, i): Term => {
      const a = x[i - 1]
      if (a === undefined) return [(b - 1) ** 2, [0, 2 * (b - 1)]]
      const rest = b - a * a
      return [4 * rest ** 2, [i, 8 * rest], [i - 1, -16 * a * rest]]
    }),
  )

const functions: Readonly<Record<string, BoxFunction>> = {
  rosenbrock,
  chain,
  beale,
  himmelblau,
  branin,
  styblinski_tang: styblinskiTang,
  ill_conditioned: illConditioned,
  driver1,
}
