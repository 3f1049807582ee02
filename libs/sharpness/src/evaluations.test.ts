import type * as hessianPackage from '@flatland/hessian'
import type { ModelObjective } from '@flatland/hessian'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test, vi } from 'vitest'
import { objectiveOf, reluParameters } from '../test/relu-network.ts'
import { adaptiveSharpness } from './adaptive-sharpness.ts'
import { adaptiveAverageSharpness, averageSharpness } from './average-sharpness.ts'
import type { MeasureOptions } from './evaluations.ts'
import { fisherRaoNorm } from './fisher-rao-norm.ts'
import { hessianSharpness } from './hessian-sharpness.ts'
import { magnitudeAwarePacBayesFlatness, pacBayesFlatness } from './pac-bayes-flatness.ts'
import { samSharpness } from './sam-sharpness.ts'

await useBackend('cpu')

/** How many losses were opened and not given back. */
const open = vi.hoisted(() => ({ now: 0, ever: 0 }))
vi.mock('@flatland/hessian', async original => {
  const actual = await original<typeof hessianPackage>()
  const lossFunction: typeof actual.lossFunction = (...given) => {
    const made = actual.lossFunction(...given)
    open.now++
    open.ever++
    const dispose = (): void => {
      open.now--
      made.dispose()
    }
    return { ...made, dispose }
  }
  return { ...actual, lossFunction }
})

/** In no scope that would dispose of them, whatever a measure leaves behind is counted. */
const parameters = reluParameters(1)
const objective = objectiveOf(parameters)

type Measure = (objective: ModelObjective, options: MeasureOptions) => Promise<object>
const measures: Readonly<Record<string, Measure>> = {
  samSharpness: (f, options) => samSharpness(f, { steps: 3, ...options }),
  adaptiveSharpness: (f, options) => adaptiveSharpness(f, { rho: 0.1, steps: 3, ...options }),
  averageSharpness: (f, options) => averageSharpness(f, { sigma: 0.1, pairs: 3, ...options }),
  adaptiveAverageSharpness: (f, options) => adaptiveAverageSharpness(f, { sigma: 0.1, pairs: 3, ...options }),
  pacBayesFlatness: (f, options) => pacBayesFlatness(f, { pairs: 2, ...options }),
  magnitudeAwarePacBayesFlatness: (f, options) => magnitudeAwarePacBayesFlatness(f, { pairs: 2, ...options }),
  fisherRaoNorm,
  hessianSharpness,
}
const rows = Object.entries(measures)

test.each(rows)('%s leaves no tensors, and the parameters as they were', async (_, measure) => {
  const before = parameters.map(each => [...each.dataSync()])
  const tensors = tf.memory().numTensors
  await measure(objective, {})
  expect(tf.memory().numTensors).toBe(tensors)
  expect(parameters.map(each => [...each.dataSync()])).toEqual(before)
})

test.each(rows)('%s does not depend on the micro-batches', async (_, measure) => {
  const [whole, cut] = [await measure(objective, {}), await measure(objective, { batchSize: 5 })]
  for (const [name, value] of Object.entries(whole) as [keyof typeof cut, unknown][]) {
    if (typeof value !== 'number' || String(name) === 'errorBound') continue
    expect(Math.abs(cut[name] - value)).toBeLessThanOrEqual(1e-3 * Math.abs(value))
  }
})

test.each(rows)('%s ends when its signal is given, and leaves no tensors', async (_, measure) => {
  const tensors = tf.memory().numTensors
  const early = AbortSignal.abort(new Error('too late'))
  await expect(measure(objective, { signal: early })).rejects.toThrow('too late')
  const controller = new AbortController()
  let told = 0
  const onProgress = (): void => {
    if (++told === 2) controller.abort(new Error('enough'))
  }
  await expect(measure(objective, { signal: controller.signal, onProgress, batchSize: 4 })).rejects.toThrow(
    'enough',
  )
  expect(told).toBe(2)
  expect(tf.memory().numTensors).toBe(tensors)
})

/** Those that look at the loss itself. */
const ofLosses = rows.filter(([name]) => !['fisherRaoNorm', 'hessianSharpness'].includes(name))

test.each(rows)('%s ends in the middle of a pass over the data', async (_, measure) => {
  const controller = new AbortController()
  let later = 0
  const slice: ModelObjective['examples']['slice'] = (start, end) => {
    if (controller.signal.aborted) later++
    // A look at what the loss is takes the first two examples, or the last.
    if (start === 4) controller.abort(new Error('enough'))
    return objective.examples.slice(start, end)
  }
  const watched = { ...objective, examples: { size: 12, slice } }
  const { signal } = controller
  await expect(measure(watched, { signal, batchSize: 2 })).rejects.toThrow('enough')
  expect(later).toBe(0)
})

test.each(ofLosses)('%s gives back what was compiled, also after an error', async (_, measure) => {
  const before = open.ever
  await measure(objective, {})
  const onProgress = (): void => {
    throw new Error('of the caller')
  }
  await expect(measure(objective, { onProgress })).rejects.toThrow('of the caller')
  expect(open.ever).toBe(before + 2)
  expect(open.now).toBe(0)
})

test.each(ofLosses)('%s tells each evaluation, of at most so many', async (_, measure) => {
  const told: [number, number][] = []
  const found = await measure(objective, { onProgress: (...each) => told.push(each) })
  expect(told.map(([done]) => done)).toEqual(told.map((_each, i) => i + 1))
  expect(found).toMatchObject({ evaluations: told.length })
  const [, total] = told.at(-1) ?? []
  expect(told.length).toBeLessThanOrEqual(total ?? NaN)
})

test.each(rows)('%s refuses a parameter that the loss does not depend on', async (_, measure) => {
  const loss: ModelObjective['loss'] = (at, batch) => objective.loss(at, batch)
  const more = { ...objective, loss, parameters: [...parameters, tf.scalar(1)] }
  await expect(measure(more, {})).rejects.toThrow('The loss does not depend')
  tf.dispose(more.parameters.at(-1) ?? [])
})

test.each(ofLosses)('%s refuses a loss that draws anew, as dropout does in training', async (_, measure) => {
  let call = 0
  const noisy: ModelObjective['loss'] = (at, batch) => objective.loss(at, batch).add(1e-3 * call++)
  await expect(measure({ ...objective, loss: noisy }, {})).rejects.toThrow('not in training mode')
})
