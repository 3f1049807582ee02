import type * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixture } from '../../test/trajectories.ts'
import { growBatch } from '../grow-batch.ts'
import { linearScaling, squareRootScaling } from '../scaling-rules.ts'
import { scheduleFromConfig } from '../schedule-from-config.ts'
import { cosine } from './cosine.ts'
import { oneCycle } from './one-cycle.ts'
import { polynomial } from './polynomial.ts'
import type { Schedule } from './schedule.ts'
import { stepDecay } from './step-decay.ts'
import { warmUp } from './warm-up.ts'

const rate = fc.double({ min: 1e-6, max: 10, noNaN: true })
const steps = fc.integer({ min: 3, max: 1000 })
const seeded = { seed: 5, numRuns: 100 }

describe('beside PyTorch', () => {
  test.each(fixture.schedules.map(each => [JSON.stringify(each.config), each] as const))('%s', (_, each) => {
    const schedule = scheduleFromConfig(each.config)
    expect(each.rates.length).toBeGreaterThan(30)
    each.rates.forEach((expected, step) => {
      expect(Math.abs(schedule(step) - expected)).toBeLessThan(1e-12)
    })
  })
})

describe('each schedule', () => {
  const falling: [string, (learningRate: number, length: number) => Schedule][] = [
    ['stepDecay', (learningRate, every) => stepDecay({ learningRate, every })],
    ['polynomial', (learningRate, length) => polynomial({ learningRate, steps: length, power: 2 })],
    ['cosine', (learningRate, length) => cosine({ learningRate, steps: length })],
  ]

  test.each(falling)('%s starts at its rate, never rises, and stays at its end', (_, make) => {
    fc.assert(
      fc.property(rate, steps, (learningRate, length) => {
        const schedule = make(learningRate, length)
        const rates = Array.from({ length: 50 }, (_, i) => schedule((i * length) / 20))
        expect(rates[0]).toBeCloseTo(learningRate, 12)
        rates.forEach((each, i) => {
          expect(each).toBeGreaterThanOrEqual(0)
          expect(each).toBeLessThanOrEqual((rates[i - 1] ?? Infinity) * (1 + 1e-12))
        })
      }),
      seeded,
    )
  })

  test('is made again from its settings', () => {
    const inner = oneCycle({ learningRate: 0.3, steps: 20 })
    for (const schedule of [
      inner,
      warmUp(inner, { epochs: 2, stepsPerEpoch: 3 }),
      warmUp(0.5, { steps: 4 }),
    ]) {
      const again = scheduleFromConfig(
        JSON.parse(JSON.stringify(schedule.config)) as tf.serialization.ConfigDict,
      )
      for (let step = 0; step < 30; step++) expect(again(step)).toBe(schedule(step))
    }
    expect(warmUp(() => 1, { steps: 2 }).config).toBeUndefined()
  })

  test('closed forms', () => {
    expect(stepDecay({ learningRate: 8, factor: 0.5, every: 10 })(39)).toBe(1)
    expect(polynomial({ learningRate: 1, steps: 10, end: 0.5 })(5)).toBe(0.75)
    expect(polynomial({ learningRate: 1, steps: 10, end: 0.5 })(11)).toBe(0.5)
    expect(cosine({ learningRate: 1, steps: 3 })(1)).toBeCloseTo(0.75, 12)
    expect(cosine({ learningRate: 1, steps: 3, end: 0.1 })(99)).toBe(0.1)
  })

  test('one cycle rises to its rate and falls from there', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 10, max: 500 }), (learningRate, length) => {
        const schedule = oneCycle({ learningRate, steps: length })
        const rates = Array.from({ length }, (_, step) => schedule(step))
        const top = rates.indexOf(Math.max(...rates))
        expect(Math.abs(top - (0.3 * length - 1))).toBeLessThanOrEqual(1)
        expect(
          rates.every((each, i) => i === 0 || i === top + 1 || each > (rates[i - 1] ?? 0) === i <= top),
        ).toBe(true)
        expect((rates[0] ?? 0) / learningRate).toBeCloseTo(1 / 25, 9)
        expect(schedule(10 * length) / learningRate).toBeCloseTo(1 / 25e4, 12)
      }),
      seeded,
    )
  })

  test('a warm-up is a line to where the schedule starts', () => {
    fc.assert(
      fc.property(rate, steps, steps, (learningRate, length, warm) => {
        const after = cosine({ learningRate, steps: length })
        const schedule = warmUp(after, { steps: warm })
        const differences = Array.from({ length: warm }, (_, step) => schedule(step + 1) - schedule(step))
        for (const each of differences) expect(each).toBeCloseTo(learningRate / (warm + 1), 9)
        expect(schedule(warm + 7)).toBe(after(7))
      }),
      seeded,
    )
  })
})

describe('scaling', () => {
  const batch = fc.integer({ min: 1, max: 65536 })

  test('rules undo themselves, and two are one', () => {
    fc.assert(
      fc.property(rate, batch, batch, batch, (learningRate, a, b, c) => {
        for (const rule of [linearScaling, squareRootScaling]) {
          const there = rule({ learningRate, batchSize: a, to: b })
          expect(rule({ learningRate: there, batchSize: b, to: a }) / learningRate).toBeCloseTo(1, 9)
          const direct = rule({ learningRate, batchSize: a, to: c })
          expect(rule({ learningRate: there, batchSize: b, to: c }) / direct).toBeCloseTo(1, 9)
        }
      }),
      seeded,
    )
  })

  test('growing the batch keeps the noise scale of the schedule', () => {
    fc.assert(
      fc.property(rate, batch, steps, (learningRate, batchSize, length) => {
        const schedule = cosine({ learningRate, steps: length })
        const grow = growBatch(schedule, { batchSize, most: 65536 })
        const times = Array.from({ length: 20 }, (_, i) => (i * length) / 19)
        for (const time of times) {
          const grown = grow(time)
          expect(grown.batchSize).toSatisfy(Number.isInteger)
          expect(grown.batchSize).toBeLessThanOrEqual(65536)
          expect(grown.learningRate).toBeCloseTo((schedule(time) / batchSize) * grown.batchSize, 9)
          if (grown.batchSize < 65536)
            expect(Math.abs(grown.learningRate / learningRate - 1)).toBeLessThanOrEqual(
              0.5 / batchSize + 1e-9,
            )
        }
        expect(grow(0).batchSize).toBe(batchSize)
        expect(grow(length)).toEqual({ batchSize: 65536, learningRate: 0 })
      }),
      seeded,
    )
  })
})
