import { afterEach, expect, test } from 'vitest'
import { measure } from './measure.ts'
import type { Runner, RunnerName } from './runner.ts'
import { startScript, tinyCase } from './test-support.ts'

const CASE = tinyCase('step')
const started: Runner[] = []
afterEach(() => {
  for (const runner of started.splice(0)) runner.stop()
})

/** Measures one case on scripted runners. */
async function run(
  rounds: number,
  scripts: Partial<Record<RunnerName, string>>,
  on = Object.keys(scripts) as RunnerName[],
) {
  for (const [name, script] of Object.entries(scripts)) {
    started.push(await startScript(name as RunnerName, script))
  }
  const lines: string[] = []
  const progress = (line: string) => lines.push(line)
  const measurements = await measure(started, [{ case: CASE, runners: on }], {
    rounds,
    milliseconds: 1,
    seed: 0,
    progress,
  })
  const timesOf = (name: RunnerName) => measurements.cases[0]?.runners[name]?.map(round => round?.times)
  return { ...measurements, timesOf, lines }
}

const replying = (times: string) =>
  `const request = JSON.parse(line); write('prepare' in request ? {} : { times: ${times}, processor: 0 })`

test('every round has the times of every runner, and what others used', async () => {
  const { cases, timesOf, failures } = await run(2, { pytorch: replying('[1, 3]'), wasm: replying('[5]') })
  expect(cases.map(({ case: each }) => each)).toEqual([CASE])
  expect(timesOf('pytorch')).toEqual([
    [1, 3],
    [1, 3],
  ])
  expect(timesOf('wasm')).toEqual([[5], [5]])
  const shares = cases[0]?.runners.wasm?.map(round => round?.othersShare ?? NaN) ?? []
  expect(shares.every(share => share >= 0 && share <= 1)).toBe(true)
  expect(failures).toEqual({})
})

test('runners take turns at being first, and one computes at a time', async () => {
  // Each reply holds when its request came and when its answer went.
  const slowly = `
    const came = Date.now(); const request = JSON.parse(line)
    setTimeout(() => write('prepare' in request ? {} : { times: [came, Date.now()], processor: 0 }), 30)`
  const { timesOf } = await run(2, { pytorch: slowly, wasm: slowly })
  const [pytorch, wasm] = [timesOf('pytorch'), timesOf('wasm')]
  const order = [pytorch?.[0], wasm?.[0], wasm?.[1], pytorch?.[1]].flatMap(times => times ?? [])
  expect(order).toHaveLength(8)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
})

test('a runner that dies on the way is left out from there, with the reason', async () => {
  const dying = `globalThis.asked = (globalThis.asked ?? 0) + 1; if (asked > 2) process.exit(7); ${replying('[2]')}`
  const { timesOf, failures, lines } = await run(3, { pytorch: replying('[1]'), wasm: dying })
  expect(timesOf('pytorch')).toEqual([[1], [1], [1]])
  expect(timesOf('wasm')).toEqual([[2], undefined, undefined])
  const reason = "stopped at 'tiny step': its process ended with code 7"
  expect(failures).toEqual({ wasm: reason })
  expect(lines).toContain(`wasm ${reason}; the others go on`)
})

test('a call of over two seconds is measured in three rounds', async () => {
  const { timesOf } = await run(5, { pytorch: replying('[1]'), wasm: replying('[2001]') })
  expect(timesOf('pytorch')).toHaveLength(5)
  expect(timesOf('wasm')).toEqual([[2001], [2001], [2001], undefined, undefined])
})

test('a case is measured on the runners that it is for', async () => {
  const scripts = { pytorch: replying('[1]'), wasm: `process.exit(7)` }
  const { cases, failures } = await run(1, scripts, ['pytorch'])
  expect(Object.keys(cases[0]?.runners ?? {})).toEqual(['pytorch'])
  expect(failures).toEqual({})
})
