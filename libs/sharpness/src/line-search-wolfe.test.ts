import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LinePoint, wolfeLineSearch } from './line-search-wolfe.ts'

type Line = (t: number) => readonly [value: number, slope: number]

async function search(line: Line, first: number, longest = 1e10) {
  const steps: number[] = []
  const [value, slope] = line(0)
  const phi = (step: number): Promise<LinePoint> => {
    steps.push(step)
    const [value, slope] = line(step)
    return Promise.resolve({ step, value, slope })
  }
  return { found: await wolfeLineSearch(phi, { value, slope }, { first, longest }), steps }
}

/** The first three are test functions of Moré and Thuente 1994, section 5. */
const lines: Readonly<Record<string, Line>> = {
  rational: t => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2],
  quintic: t => {
    const u = t + 0.004
    return [u ** 5 - 2 * u ** 4, 5 * u ** 4 - 8 * u ** 3]
  },
  ripples: t => {
    const [width, angle] = [0.01, (39 * Math.PI) / 2]
    const [value, slope] =
      Math.abs(t - 1) < width
        ? [(t - 1) ** 2 / (2 * width) + width / 2, (t - 1) / width]
        : [Math.abs(t - 1), Math.sign(t - 1)]
    const part = 1 - width
    return [value + (part / angle) * Math.sin(angle * t), slope + part * Math.cos(angle * t)]
  },
  wells: t => [Math.cos(3 * t) - t / 4 + (t * t) / 50, -3 * Math.sin(3 * t) - 1 / 4 + t / 25],
}

interface SearchRow {
  readonly line: string
  readonly first: number
  readonly longest: number
  readonly steps: readonly number[]
  readonly step: number | null
}

function searchRows(): SearchRow[] {
  const file = new URL('../fixtures/l-bfgs-b.json', import.meta.url)
  const { lines: rows } = JSON.parse(readFileSync(file, 'utf8')) as { lines: SearchRow[] }
  return rows
}

test.each(searchRows().map(row => [row.line, row.first, row.longest, row] as const))(
  "%s from %s to at most %s tries SciPy's steps",
  async (name, first, longest, row) => {
    const line = lines[name] ?? (() => [NaN, NaN] as const)
    const { found, steps } = await search(line, first, longest)
    // SciPy tries the best step again before it takes it, where the interval is narrow; here it is known.
    const tried = row.steps.filter((step, i) => step !== row.steps[i - 1])
    expect(steps).toHaveLength(tried.length)
    for (const [i, step] of steps.entries()) expect(step / (tried[i] ?? NaN)).toBeCloseTo(1, 9)
    if (row.step !== null) expect(found?.step).toBe(steps.at(-1))
  },
)

function expectWolfe(line: Line, found: LinePoint | undefined): void {
  const [value, slope] = line(0)
  expect(found).toBeDefined()
  const { step, value: there, slope: slopeThere } = found ?? { step: NaN, value: NaN, slope: NaN }
  expect(there).toBeLessThanOrEqual(value + 1e-3 * step * slope)
  expect(Math.abs(slopeThere)).toBeLessThanOrEqual(0.9 * Math.abs(slope))
}

describe('the step has the strong Wolfe conditions', () => {
  test('on any quartic that grows without bound', async () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true })
    await fc.assert(
      fc.asyncProperty(
        number,
        number,
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        async (a, b, first) => {
          const line: Line = t => [
            t ** 4 + a * t ** 3 + b * t * t - t,
            4 * t ** 3 + 3 * a * t * t + 2 * b * t - 1,
          ]
          expectWolfe(line, (await search(line, first)).found)
        },
      ),
      { seed: 3 },
    )
  })
})

test('a first step that is good enough is taken at once', async () => {
  const { found, steps } = await search(t => [(t - 1) ** 2, 2 * (t - 1)], 0.7)
  expect(found?.step).toBe(0.7)
  expect(steps).toEqual([0.7])
})

test('too long a step on a parabola is followed by its minimum', async () => {
  const { steps } = await search(t => [(t - 1) ** 2, 2 * (t - 1)], 5)
  expect(steps).toHaveLength(2)
  expect(steps[1]).toBeCloseTo(1, 14)
})

test('where φ falls all along, the end of the line is the step', async () => {
  const { found, steps } = await search(t => [-t, -1], 0.5, 6)
  expect(found?.step).toBe(6)
  expect(steps).toEqual([0.5, 2.5, 6])
})

describe('a step at which φ is not finite', () => {
  test.each([NaN, Infinity, -Infinity])('such as %s is never taken, and the next is a quarter', async bad => {
    const line: Line = t => (t > 0.3 ? [bad, NaN] : [-t, -1 + t])
    const { found, steps } = await search(line, 8)
    expect(steps.slice(0, 4)).toEqual([8, 2, 0.5, 0.125])
    expect(found?.step).toBe(0.125)
  })

  test('nor is one where only the slope is not', async () => {
    const { found } = await search(t => [-t, t > 0.3 ? NaN : t - 1], 1)
    expect(found?.step).toBe(0.25)
  })

  test('ends the interval also when the search goes on towards it', async () => {
    // At a quarter φ still falls as steeply as at 0: neither condition ends the search there.
    const line: Line = t => (t >= 0.9 ? [NaN, NaN] : [-t, -1])
    const { found, steps } = await search(line, 1)
    expect(found?.step).toBeLessThan(0.9)
    expect(found?.step).toBeGreaterThan(0.7)
    expect(steps.length).toBeLessThan(12)
  })
})

test('20 steps without success end it', async () => {
  // The slope promises what φ does not hold.
  const { found, steps } = await search(t => [t, -1], 1)
  expect(found).toBeUndefined()
  expect(steps).toHaveLength(20)
})

test('a bracket narrower than a tenth gives its best step', async () => {
  // A jump at 0.5, before which φ falls steadily: no step has the second condition.
  const { found, steps } = await search(t => (t < 0.5 ? [-t, -1] : [1, -1]), 1)
  expect(found?.step).toBeLessThan(0.5)
  expect(found?.step).toBeGreaterThan(0.4)
  expect(steps.length).toBeLessThan(20)
})
