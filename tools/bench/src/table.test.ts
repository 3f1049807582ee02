import { expect, test } from 'vitest'
import { meanOthersShare, summarise } from './result.ts'
import { benchTable } from './table.ts'
import { exampleResult as result, rounds, tinyCase } from './test-support.ts'

test('medians are over the rounds, of the medians of each', () => {
  const { pytorch, native } = result.cases[0]?.runners ?? {}
  expect(pytorch?.milliseconds).toEqual({ median: 11, low: 10.5, high: 11.5 })
  expect(native?.ratio).toEqual({ median: 2, low: 2, high: 2 })
})

test('the table', () => {
  expect(benchTable(result)).toMatchInlineSnapshot(`
    "one call, ms            PyTorch              native                 wasm     native × PyTorch       wasm × PyTorch   promised
    tiny step      11 [10.5 … 11.5]        22 [21 … 23]   2500 [2500 … 2500]            2 [2 … 2]      208 [208 … 208]    ≤ 1.9 ✗
    tiny product          2 [2 … 2]   3.5 [3.25 … 3.75]    8.5 [8.25 … 8.75]   1.75 [1.63 … 1.88]   4.25 [4.13 … 4.38]          —

    Median over the rounds, quartiles in brackets. A ratio is the median of the ratios within each round.
    2026-01-02T03:04:05.000Z, 2 rounds, seed 0; A processor, 2 cores, 24 GiB, Linux 6.1 x64
    PyTorch 2 (threads: 2), TensorFlow 2 (threads: 2), wasm 4 (threads: 1); Node v24.0.0, TensorFlow.js 4.22.0
    tiny step on wasm: 1 of 2 rounds, a call takes over 2 s.
    Without wasm: stopped at 'tiny step': its process ended with code 7"
  `)
})

test('a runner without any time has no entry, and an empty cell', () => {
  const runners = { pytorch: rounds([1]), native: rounds([2]), wasm: rounds(undefined) }
  const empty = summarise({ case: tinyCase('step'), runners }, 'pytorch')
  expect(Object.keys(empty.runners)).toEqual(['pytorch', 'native'])
  expect(benchTable({ ...result, cases: [empty] })).toMatch(/^tiny step +1 .* 2 .* — /m)
})

test('a ratio within its limit has a tick', () => {
  const [first] = result.cases
  if (first === undefined) throw new Error('no case')
  expect(benchTable({ ...result, cases: [{ ...first, nativeLimit: 2 }] })).toContain('≤ 2 ✓')
})

test('a product is told in gradients of the same network and batch', () => {
  const measured = (work: 'gradient' | 'product', batch: number, ...times: number[]) =>
    summarise(
      {
        case: { ...tinyCase(work), batch },
        runners: { pytorch: rounds([1], [1]), native: rounds(...times.map(time => [time])) },
      },
      'pytorch',
    )
  const product = measured('product', 5, 9, 8)
  const table = benchTable({ ...result, cases: [measured('gradient', 5, 3, 2), product] })
  expect(table).toContain('tiny product, on native: 3.5 [3.25 … 3.75] gradients; promised ≤ 3.5 ✓.')
  expect(table).toContain('tiny product, on pytorch: 1 [1 … 1] gradients.')
  const slower = benchTable({ ...result, cases: [measured('gradient', 5, 2, 2), product] })
  expect(slower).toContain('promised ≤ 3.5 ✗')
  expect(benchTable({ ...result, cases: [measured('gradient', 6, 3, 2), product] })).not.toContain(
    'gradients',
  )
})

test('a busy machine is said', () => {
  expect(benchTable({ ...result, othersShare: 0.32 })).toContain(
    'Not to be trusted: other programs used 32 % of the machine meanwhile.',
  )
  expect(benchTable(result)).not.toContain('Not to be trusted')
})

test('what others used is the mean over everything measured', () => {
  const shared = (share: number) => [{ times: [1], othersShare: share }, undefined]
  const one = { case: tinyCase('step'), runners: { pytorch: shared(0.1), native: shared(0.2) } }
  const two = { case: tinyCase('product'), runners: { pytorch: shared(0.6) } }
  const cases = [one, two].map(each => summarise(each, 'pytorch'))
  expect(meanOthersShare(cases)).toBeCloseTo(0.3, 10)
})
