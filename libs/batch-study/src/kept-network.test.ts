import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hessianSharpness, keskarSharpness } from '@flatland/sharpness'
import { cacheDirectory, useBackend } from '@flatland/tensor'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { measuresOfKept } from './kept-measures.ts'
import { type KeptNetwork, openKept, readKept } from './kept-network.ts'
import { sharpnessOfKept, withoutPoint } from './kept-sharpness.ts'
import { slicesOfKept } from './kept-slice.ts'
import { parameterStore } from './parameter-store.ts'
import { runTrial, type TrialRun } from './run-trial.ts'
import type { TrialInput } from './trial.ts'

const IMAGES = 256

const trial: TrialInput = {
  network: { kind: 'F1', width: 8 },
  data: { name: 'mnist', train: IMAGES, heldOut: 100 },
  rule: { rule: 'adam' },
  learningRate: 0.01,
  batchSize: 64,
  length: { epochs: 2 },
  evaluation: { every: { epochs: 2 }, train: IMAGES, noise: null },
  keep: 'evaluations',
  seed: 0,
}

let cache: string
let run: TrialRun
/** At the start, and at the end. */
let kept: readonly [KeptNetwork, KeptNetwork]

beforeAll(async () => {
  // A store of its own, beside what is fetched and built.
  cache = mkdtempSync(join(tmpdir(), 'kept-'))
  for (const shared of ['datasets', 'native'])
    symlinkSync(join(cacheDirectory(), shared), join(cache, shared))
  vi.stubEnv('FLATLAND_CACHE', cache)
  await useBackend('native', { threads: 1 })
  run = await runTrial(trial)
  const store = parameterStore()
  const [start, end] = [await store.put(run.kept[0] ?? never()), await store.put(run.kept[1] ?? never())]
  kept = [
    { trial, parameters: start },
    { trial, parameters: end },
  ]
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true })
})

const never = (): never => {
  throw new Error('nothing was kept')
}
const choice = { images: IMAGES, normalization: 'batch', batchSize: 128 } as const

test('it is opened with as many images as are wanted', async () => {
  const open = await openKept(kept[1], { images: 30, heldOut: 20 })
  expect([open.data.train.size, open.data.heldOut.size, open.modelObjective().examples.size]).toEqual([
    30, 20, 30,
  ])
  open.dispose()
})

test('a kept network is read as it was kept', async () => {
  const { theta, network } = await readKept(kept[1])
  expect(Float32Array.from(theta)).toEqual(run.kept[1])
  expect(network.name).toBe(run.result.network)
})

test('sharpness in a worker is that of the objective here, and a second time it comes from the store', async () => {
  const open = await openKept(kept[1])
  const here = await keskarSharpness(open.objective(choice), { iterations: 3, signSteps: 2 })
  open.dispose()
  const task = { ...kept[1], ...choice, epsilon: 1e-3, subspace: null, iterations: 3, signSteps: 2, seed: 0 }
  const subspace = { ...task, subspace: { dimension: 5, seed: 1 } }
  const fixed = { ...task, normalization: 'fixed' } as const
  const first = await sharpnessOfKept([task, subspace, fixed])
  expect(first.done[0]?.result).toEqual(withoutPoint(here))
  expect(first.done[1]?.result).toMatchObject({ dimension: 5, size: here.size })
  expect(first.done[2]?.result.value).not.toBe(here.value)
  const again = await sharpnessOfKept([task, subspace, fixed])
  expect([first.fromStore, again.fromStore]).toEqual([0, 3])
  expect(again.done).toEqual(first.done)
})

describe('slices', () => {
  test('have at their ends what the trial was evaluated to, for the statistics that it was evaluated with', async () => {
    const slice = {
      kind: 'straight path',
      from: kept[0],
      to: kept[1],
      alphas: [0, 0.5, 1],
      images: IMAGES,
    } as const
    const [population, fixed, curved] = await slicesOfKept([
      { ...slice, normalization: 'population' },
      { ...slice, normalization: 'fixed' },
      { ...slice, kind: 'curved path', normalization: 'population' },
    ])
    const ends = run.result.curve.map(({ train, heldOut }) => [
      train.loss,
      train.accuracy,
      heldOut.loss,
      heldOut.accuracy,
    ])
    for (const rows of [population, curved])
      for (const [place, alpha] of [
        [0, 0],
        [2, 1],
      ] as const) {
        const row = rows?.[place]
        expect(row?.alpha).toBe(alpha)
        ;[row?.trainLoss, row?.trainAccuracy, row?.heldOutLoss, row?.heldOutAccuracy].forEach((value, i) => {
          expect(value).toBeCloseTo(ends[place / 2]?.[i] ?? NaN, 4)
        })
      }
    // Fixed at the first network: the same there, another loss at the second.
    expect(fixed?.[0]?.trainLoss).toBeCloseTo(population?.[0]?.trainLoss ?? NaN, 5)
    expect(Math.abs((fixed?.[2]?.trainLoss ?? 0) - (population?.[2]?.trainLoss ?? 0))).toBeGreaterThan(0.01)
  })

  test('of a plane have the network in the middle, and three networks where they are', async () => {
    const common = { images: IMAGES, normalization: 'population' as const }
    const [around] = await slicesOfKept([
      { kind: 'filter-normalised plane', at: kept[1], seed: 1, a: [-1, 0, 1], b: [0, 1], ...common },
    ])
    expect(around?.map(({ a, b }) => [a, b])).toEqual([
      [-1, 0],
      [0, 0],
      [1, 0],
      [-1, 1],
      [0, 1],
      [1, 1],
    ])
    expect(around?.[1]?.trainLoss).toBeCloseTo(run.result.curve.at(-1)?.train.loss ?? NaN, 4)
    const other = await parameterStore().put((run.kept[0] ?? never()).map((x, i) => x + (i % 2) * 0.01))
    const [through] = await slicesOfKept([
      {
        kind: 'plane through three',
        through: [kept[1], kept[0], { trial, parameters: other }],
        a: [0],
        b: [0],
        ...common,
      },
    ])
    const [principal] = await slicesOfKept([
      {
        kind: 'principal plane',
        of: [kept[0], kept[1], { trial, parameters: other }],
        a: [0, 1],
        b: [0],
        ...common,
      },
    ])
    expect(principal?.map(({ a, b }) => [a, b])).toEqual([
      [0, 0],
      [1, 0],
    ])
    expect(through?.[0]?.trainLoss).toBeCloseTo(run.result.curve.at(-1)?.train.loss ?? NaN, 4)
  })
})

test('other measures in a worker are those of the objective here', async () => {
  const open = await openKept(kept[1])
  const fixed = { ...choice, normalization: 'fixed' } as const
  const here = await hessianSharpness(open.objective(fixed), { probes: 2 })
  open.dispose()
  const { done } = await measuresOfKept([
    { ...kept[1], ...fixed, measures: 'curvature', probes: 2 },
    { ...kept[1], ...fixed, measures: 'all', probes: 2 },
  ])
  expect(done[0]?.result).toMatchObject({
    largestEigenvalue: here.largestEigenvalue,
    trace: here.trace,
    sam: null,
    pacBayes: null,
  })
  const { sam, adaptive, average, fisherRao, pacBayes } = done[1]?.result ?? never()
  for (const value of [sam, adaptive, fisherRao, pacBayes]) expect(value).toBeGreaterThan(0)
  expect(average).not.toBeNull()
})

test('a task that cannot be computed is missing, and why', async () => {
  const wrong = [
    [{ parameters: '0'.repeat(64) }, 'no parameters are kept under it'],
    [{ images: IMAGES + 1 }, `images is ${IMAGES + 1}; it must be a whole number from 1 to ${IMAGES}`],
    [{ batchSize: 100 }, 'it has to divide the number of examples'],
    [{ epsilon: 0 }, 'epsilon is 0'],
    [{ subspace: { dimension: 1e6, seed: 0 } }, 'the subspace has 1000000 dimensions'],
  ] as const
  const task = { ...kept[1], ...choice, epsilon: 1e-3, subspace: null }
  const { done, missing } = await sharpnessOfKept(wrong.map(([change]) => ({ ...task, ...change })))
  expect(done).toEqual([])
  for (const [i, [, reason]] of wrong.entries()) expect(missing[i]?.reason).toContain(reason)
})

test('a slice with a network that is not kept is refused as a whole', async () => {
  const lost = { trial, parameters: '0'.repeat(64) }
  const slice = { kind: 'straight path', from: kept[0], to: lost, alphas: [0], images: IMAGES } as const
  await expect(slicesOfKept([{ ...slice, normalization: 'batch' }])).rejects.toThrow(
    'no parameters are kept under it',
  )
})
