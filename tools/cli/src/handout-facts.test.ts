import { expect, test } from 'vitest'
import { factsOf, factsOfPage } from './handout-facts.ts'
import { ENGLISH } from './handout-words.ts'
import { thisCode, type Code } from './this-code.ts'
import { code, notebook } from './test-support.ts'

const printed = `{
  backend: {
    name: 'native',
    reason: 'native is built and runs',
    tensorflow: '2.21.0',
    threads: 1
  },
  node: 'v24.21.0',
  processor: 'AMD EPYC',
  cores: 2
}`

const started = '2026-11-30T07:30:00.000Z'
const ended = '2026-11-30T07:33:02.123Z'

const shown = (plain: string | string[]) => [
  { output_type: 'execute_result', data: { 'text/plain': plain }, metadata: {}, execution_count: 1 },
]

const parameters = `let profile: 'smoke' | 'lecture' = 'lecture'
let seed = 0
// let notThis = 1
let batchSizes: number[] = [
  1,
  32,
]
const label = 'a = b'`

test('parameters are those that the run had: injected ones win, and as they are written', () => {
  const run = notebook([
    code('p', parameters, ['parameters']),
    code('i', "profile = 'smoke'\nseed = 7", ['injected-parameters']),
    code('later', 'let other = 3'),
  ])
  expect(factsOf(run, ENGLISH)).toEqual([
    ['Profile', 'smoke'],
    ['Seed', '7'],
    ['Parameters', "batchSizes = [\n  1,\n  32,\n], label = 'a = b'"],
  ])
})

test('backend and versions are what the notebook printed last, line by line or in one', () => {
  const run = notebook([
    { ...code('a', '1'), outputs: shown(printed.replaceAll('native', 'wasm')) },
    { ...code('b', '2'), outputs: shown(printed.split(/(?<=\n)/)) },
    { ...code('c', '3'), outputs: shown('{ other: 1 }') },
  ])
  expect(factsOf(run, ENGLISH)).toEqual([
    ['Backend', 'native, TensorFlow 2.21.0, threads: 1, Node 24.21.0'],
    ['Machine', 'AMD EPYC, cores: 2'],
  ])
})

test('it ran when its last cell was done', () => {
  const at = (execution: unknown) => ({ cell_type: 'code', metadata: { execution }, source: '1' })
  const cells = [
    at({ 'shell.execute_reply': '2026-11-30T07:32:59.000001Z' }),
    at({ 'shell.execute_reply': '2026-11-30T07:12:00Z' }),
    at({ 'shell.execute_reply': 'yesterday' }),
    at({}),
  ]
  const run = { ...notebook([]), cells }
  expect(factsOf(run, ENGLISH)).toEqual([['Run', '2026-11-30 07:32 UTC']])
})

test('what a notebook does not say is left out', () => {
  expect(factsOf(notebook([code('a', 'x = 1')]), ENGLISH)).toEqual([])
})

test('a run by `flatland run` tells its end, its code and its machine', () => {
  const run = executed(runBy({ version: '0.1.0', commit: '0a1b2c3-dirty' }))
  expect(factsOf(run, ENGLISH)).toEqual([
    ['Machine', 'Ryzen, cores: 16'],
    ['Run', '2026-11-30 07:33 UTC, flatland 0.1.0, commit 0a1b2c3-dirty'],
  ])
  const printedToo = executed(runBy({ version: '0.1.0' }), shown(printed))
  expect(factsOf(printedToo, ENGLISH).slice(1)).toEqual([
    ['Machine', 'AMD EPYC, cores: 2'],
    ['Run', '2026-11-30 07:33 UTC, flatland 0.1.0'],
  ])
})

const made = new Date('2026-11-30T08:05:59Z')

test('the page names its minute, the version and, in a clone, the commit', () => {
  for (const run of [undefined, notebook([])]) {
    const [[name, value] = [], ...others] = factsOfPage(ENGLISH, run, made)
    expect(others).toEqual([])
    expect(name).toBe('Page made')
    expect(value).toMatch(/^2026-11-30 08:05 UTC, flatland 0\.1\.0(, commit [^\s,]+)?$/)
  }
})

test('a page by the code of its run, on the same day, has nothing to add', () => {
  const own = executed(runBy(thisCode()))
  expect(factsOfPage(ENGLISH, own, made)).toEqual([])
  expect(factsOfPage(ENGLISH, own, new Date('2026-12-01T08:05:59Z'))).toHaveLength(1)
  expect(factsOfPage(ENGLISH, executed(runBy({ ...thisCode(), commit: 'other' })), made)).toHaveLength(1)
  expect(factsOfPage(ENGLISH, executed(runBy({ ...thisCode(), version: '0.0.1' })), made)).toHaveLength(1)
})

function runBy(code: Code) {
  return { ...code, parameters: {}, processor: 'Ryzen', cores: 16, started, ended }
}

/** A notebook of one cell that ran. */
function executed(flatland: object, outputs: Record<string, unknown>[] = []) {
  const cell = {
    ...code('a', '1'),
    metadata: { execution: { 'shell.execute_reply': '2026-11-30T07:33:01.999Z' } },
    outputs,
    execution_count: 1,
  }
  return { ...notebook([]), cells: [cell], metadata: { flatland } }
}
