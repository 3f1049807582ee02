import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '@flatland/tensor'
import { runTrial as run, type RunOptions, type TrialProgress } from './run-trial.ts'
import { resultSchema, type TrialResult } from './trial-result.ts'
import type { TrialInput } from './trial.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

const runTrial = async (given: TrialInput, options?: RunOptions): Promise<TrialResult> =>
  (await run(given, options)).result

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 2000, heldOut: 500 },
  rule: { rule: 'heavyBall' },
  learningRate: 0.02,
  batchSize: 64,
  length: { epochs: 2 },
  seed: 0,
}

/** All that a second run has to give again. */
const withoutTimes = ({ updateTime, epochSeconds, curve, ...rest }: TrialResult) => {
  expect([updateTime, epochSeconds]).not.toContain(0)
  return { ...rest, curve: curve.map(({ seconds, ...point }) => [seconds >= 0, point]) }
}

describe('runTrial', () => {
  test('trains, measures, and gives the same again', async () => {
    const result = await runTrial(trial)
    expect(withoutTimes(await runTrial(trial))).toEqual(withoutTimes(result))
    expect(resultSchema.parse(result)).toEqual(result)
    expect(result).toMatchObject({
      end: 'completed',
      divergedAt: null,
      updates: 64,
      epochs: 2,
      toTarget: null,
      optimizer: 'heavy ball (μ=0.9)',
      network: 'mlp 784–16–10',
      parameters: 12_730,
      backend: { name: 'native', threads: 1, node: process.version },
    })
    expect(result.curve.map(({ update, epoch }) => [update, epoch])).toEqual([
      [0, 0],
      [32, 1],
      [64, 2],
    ])
    const [start, , end] = result.curve
    expect(start).toMatchObject({ distance: 0, batchLoss: null, seconds: 0 })
    expect(end?.train.accuracy).toBeGreaterThan(0.85)
    expect(end?.heldOut.accuracy).toBeGreaterThan(0.75)
    expect(end?.distance).toBeGreaterThan(1)
    expect(end?.noise?.scale).toBeGreaterThan(start?.noise?.scale ?? Infinity)
    expect(result.updateTime?.median).toBeGreaterThan(0)
  })

  test('another seed is another start', async () => {
    const [a, b] = [await runTrial(trial), await runTrial({ ...trial, seed: 1 })]
    expect(a.curve[0]?.train.loss).not.toBe(b.curve[0]?.train.loss)
  })

  test('keeps or drops the last batch of an epoch, as the trial says', async () => {
    const [kept, dropped] = [
      await runTrial({ ...trial, length: { epochs: 1 } }),
      await runTrial({ ...trial, length: { epochs: 1 }, lastBatch: 'drop' }),
    ]
    expect([kept.updates, dropped.updates]).toEqual([32, 31])
  })

  test('micro-batches make the same updates', async () => {
    const whole: TrialInput = { ...trial, lastBatch: 'drop', length: { updates: 20 } }
    const [once, inParts] = [await runTrial(whole), await runTrial({ ...whole, microBatch: 16 })]
    expect(inParts.updates).toBe(20)
    expect(inParts.optimizer).toContain('over 4 micro-batches')
    const [a, b] = [once.curve.at(-1), inParts.curve.at(-1)]
    expect(Math.abs((a?.train.loss ?? 0) - (b?.train.loss ?? 1))).toBeLessThan(1e-4)
    expect(Math.abs((a?.batchLoss ?? 0) - (b?.batchLoss ?? 1))).toBeLessThan(1e-4)
    expect(Math.abs((a?.distance ?? 0) / (b?.distance ?? 1) - 1)).toBeLessThan(1e-4)
  })

  test('a target ends it at the evaluation that reaches it', async () => {
    const long: TrialInput = {
      ...trial,
      length: { epochs: 50 },
      evaluation: { every: { updates: 5 } },
      target: { of: 'heldOut', accuracy: 0.7 },
    }
    const { end, curve, toTarget, updates } = await runTrial(long)
    expect(end).toBe('target')
    const reached = curve.map(({ heldOut }) => heldOut.accuracy >= 0.7)
    expect(reached.filter(Boolean)).toHaveLength(1)
    expect(reached.at(-1)).toBe(true)
    expect(toTarget).toMatchObject({ updates, epochs: updates / 32 })
    const byLoss = await runTrial({ ...long, target: { of: 'train', loss: 1 } })
    expect(byLoss.end).toBe('target')
    expect(byLoss.curve.at(-1)?.train.loss).toBeLessThanOrEqual(1)
    expect(byLoss.curve.at(-2)?.train.loss).toBeGreaterThan(1)
  })

  test('a rate that is too high is reported as diverged at its update, with finite points only', async () => {
    const seen: (number | null)[] = []
    const result = await runTrial(
      { ...trial, learningRate: 1e6, evaluation: { every: { updates: 1 } } },
      { onProgress: ({ batchLoss }) => seen.push(batchLoss) },
    )
    expect(result).toMatchObject({ end: 'diverged', divergedAt: result.updates, toTarget: null })
    expect(result.updates).toBeGreaterThan(0)
    expect(result.updates).toBeLessThan(20)
    expect(seen).not.toContain(NaN)
    // Every number in it is finite.
    expect(resultSchema.safeParse(result).success).toBe(true)
  })

  test('the loss in float32 is that in float64 within its precision', async () => {
    const short: TrialInput = { ...trial, length: { updates: 3 } }
    const [double, single] = [
      await runTrial(short),
      await runTrial({ ...short, evaluation: { dtype: 'float32' } }),
    ]
    const [a, b] = [double, single].map(({ curve }) => curve.at(-1)?.heldOut.loss ?? NaN) as [number, number]
    expect(a).not.toBe(b)
    expect(Math.abs(a / b - 1)).toBeLessThan(1e-6)
  })

  test('a schedule is followed, and a convolutional network trained', async () => {
    const cnn: TrialInput = {
      ...trial,
      network: { kind: 'cnn', filters: [4, 4], hidden: [16, 16] },
      learningRate: { schedule: 'stepDecay', learningRate: 0.05, factor: 1e-12, every: 3 },
      length: { updates: 6 },
      evaluation: { every: { updates: 3 }, train: 200 },
    }
    const { curve, network } = await runTrial(cnn)
    expect(network).toBe('cnn 28×28×1–4–4–16–16–10')
    // Momentum carries on for a while; the rate that was is gone.
    const [, decayed, end] = curve
    expect(decayed?.distance).toBeGreaterThan(0.01)
    expect(Math.abs((end?.distance ?? 0) / (decayed?.distance ?? 1) - 1)).toBeLessThan(1e-6)
  })

  test('progress counts updates and gives each point as it is made', async () => {
    const seen: TrialProgress[] = []
    const { curve } = await runTrial(trial, { onProgress: each => seen.push(each) })
    expect(seen.filter(({ point }) => point === null).map(({ update }) => update)).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 1),
    )
    expect(seen.flatMap(({ point }) => point ?? [])).toEqual(curve)
    expect(new Set(seen.map(({ updates }) => updates))).toEqual(new Set([64]))
  })

  test('aborting stops at the next update, and leaves no tensor behind; nor does a whole trial', async () => {
    await runTrial(trial)
    const before = tf.memory().numTensors
    const controller = new AbortController()
    let last = 0
    const stopped = runTrial(trial, {
      signal: controller.signal,
      onProgress: ({ update }) => {
        last = update
        if (update === 7) controller.abort(new Error('enough'))
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(last).toBe(7)
    await runTrial(trial)
    expect(tf.memory().numTensors).toBe(before)
  })

  test('a bad trial, and other threads than the process has, are refused', async () => {
    await expect(runTrial({ ...trial, batchSize: 0 })).rejects.toThrow('batchSize is 0')
    await expect(runTrial({ ...trial, threads: 2 })).rejects.toThrow('thread')
  })
})

test('features that are no image are trained on, with all their classes', async () => {
  const { network, curve } = await runTrial({
    ...trial,
    network: { kind: 'F2', width: 64 },
    data: { name: 'speech-like', train: 2000, heldOut: 500 },
    rule: { rule: 'adam' },
    learningRate: 0.01,
    length: { epochs: 2 },
    evaluation: { noise: null },
  })
  expect(network).toBe('f2 360–7×64–500')
  const [start, end] = [curve[0], curve.at(-1)]
  expect(start?.heldOut.accuracy).toBeLessThan(0.02)
  expect(end?.train.loss).toBeLessThan((start?.train.loss ?? 0) - 0.5)
})
