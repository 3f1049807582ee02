import { expect, test } from 'vitest'
import { measureFresh } from './fresh.ts'
import { freshTable } from './fresh-table.ts'
import { textOf } from './text.ts'
import type { Part } from './parts.ts'
import { tinyCase } from './test-support.ts'

test('each run is a process of its own; what cannot run is told once', async () => {
  const part: Part = {
    name: 'fresh',
    title: '',
    notes: [],
    runners: ['pytorch', 'compiled'],
    cases: [tinyCase('step')],
  }
  const how = { threads: 1, python: '/nowhere/python' }
  const { fresh, missing } = await measureFresh(part, ['pytorch', 'compiled'], 0, how)
  expect(fresh.map(({ runners }) => Object.keys(runners))).toEqual([['compiled']])
  expect(fresh[0]?.runners.compiled?.map(({ times }) => times.length)).toEqual([20, 20, 20])
  expect(missing).toHaveLength(1)
  expect(missing[0]?.reason).toMatch(
    /^stopped at 'tiny step' in a fresh process: \/nowhere\/python could not/,
  )
})

test('a runner that did not start before is not tried', async () => {
  const part: Part = { name: 'fresh', title: '', notes: [], runners: ['pytorch'], cases: [tinyCase('step')] }
  const how = { threads: 1, python: '/nowhere/python' }
  expect(await measureFresh(part, ['native'], 0, how)).toEqual({
    fresh: [{ case: tinyCase('step'), runners: {} }],
    missing: [],
  })
})

test('the table has the medians of the processes', () => {
  const run = (first: number, memoryPeak: number) => ({
    times: [first, 20, 30, 1, 2, 300],
    memoryBefore: 2 ** 28,
    memoryPeak,
  })
  const compiled = [run(100, 2 ** 29), run(300, 2 ** 30), run(200, 2 ** 30)]
  const table = freshTable('Fresh', [{ case: tinyCase('step'), runners: { compiled } }])
  expect(textOf({ ...table, notes: [] })).toMatchInlineSnapshot(`
    "Fresh

    in a fresh process     runner   1st call, ms   2nd   3rd   later ones   resident before, MiB   at most in 6 calls, MiB
    tiny step            compiled            200    20    30            2                    256                      1024"
  `)
  expect(table.notes[0]).toContain('Medians of 3 processes.')
})
