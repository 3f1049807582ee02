import { useBackend } from '@flatland/tensor'
import { expect, test } from 'vitest'
import { network, toy } from '../test/worker-modules.ts'
import {
  type CriticalPointWorkersOptions,
  findCriticalPointsInWorkers,
} from './find-critical-points-in-workers.ts'
import { findCriticalPoints } from './find-critical-points.ts'

await useBackend('cpu')

const module = new URL('../test/worker-modules.ts', import.meta.url)
const cpu: CriticalPointWorkersOptions = { backend: 'cpu', workers: 2 }
const toySource = { module, name: 'toy', argument: { target: 1 } }

test.each([1, 2])('the toy: as in process, with %i', async workers => {
  const options = { starts: 5, seed: 3 }
  const expected = await findCriticalPoints(toy({ target: 1 }), options)
  const found = await findCriticalPointsInWorkers(toySource, { ...cpu, ...options, workers })
  expect(found).toEqual({ ...expected, missing: [] })
})

test('a network, from starts that are given: as in process, and frozen', async () => {
  const starts = [0.5, -0.3, 1].map((x, i) => Float64Array.from({ length: 7 }, (_, j) => x * Math.cos(i + j)))
  const options = { starts, steps: 20 }
  const expected = await findCriticalPoints(await network(), options)
  const told: string[] = []
  const found = await findCriticalPointsInWorkers(
    { module: module.href, name: 'network' },
    { ...cpu, ...options, onProgress: (done, total) => told.push(`${done}/${total}`) },
  )
  expect(found).toEqual({ ...expected, missing: [] })
  expect(told).toEqual(['1/3', '2/3', '3/3'])
  const [first] = found.points
  for (const part of [found, first, first?.index, first?.point.signs, first?.eigenvalues[0]]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('when it is stopped, what was found is kept', async () => {
  const controller = new AbortController()
  const { points, missing } = await findCriticalPointsInWorkers(toySource, {
    ...cpu,
    workers: 1,
    starts: 3,
    signal: controller.signal,
    onProgress: () => {
      controller.abort()
    },
  })
  expect(points.map(({ start }) => start)).toEqual([0])
  expect(missing).toEqual([1, 2].map(start => ({ start, reason: 'stopped by the caller' })))
})

test('what it refuses', async () => {
  const run = (options: CriticalPointWorkersOptions, source = toySource): Promise<unknown> =>
    findCriticalPointsInWorkers(source, { ...cpu, ...options })
  await expect(run({ starts: 0 })).rejects.toThrow('the number of starts is 0')
  await expect(run({ spread: 0 })).rejects.toThrow('spread is 0')
  // Before a worker starts, which would fail with an Error of its own.
  for (const bad of [{ seed: -1 }, { batchSize: 0 }, { method: 'foo' as 'newton' }]) {
    await expect(run(bad)).rejects.toThrow(RangeError)
  }
  await expect(run({ starts: [Float64Array.of(1)] })).rejects.toThrow('start 0 has 1 numbers; it must have 2')
  await expect(run({}, { ...toySource, argument: { target: NaN } })).rejects.toThrow('The loss is NaN')
  await expect(run({}, { ...toySource, name: 'nothing' })).rejects.toThrow('exports no function nothing')
  await expect(
    findCriticalPointsInWorkers({ ...toySource, module: '@flatland/tensor' }, cpu),
  ).rejects.toThrow('it must be a file: address')
})
