import { expect, test } from 'vitest'
import { meanOthersShare, type PartResult } from './result.ts'
import { benchTable } from './table.ts'
import {
  exampleCurve,
  exampleResult as result,
  exampleSteps as steps,
  measuredCase,
  rounds,
  tinyCase,
} from './test-support.ts'

const tableOf = (cases: PartResult['cases'], runners: PartResult['runners'] = steps.runners) =>
  benchTable({ ...result, parts: [{ ...steps, runners, cases }] })

test('medians are over the rounds, of the medians of each', () => {
  const { pytorch, native } = steps.cases[0]?.runners ?? {}
  expect(pytorch?.milliseconds).toEqual({ median: 11, low: 10.5, high: 11.5 })
  expect(native?.ratio).toEqual({ median: 2, low: 2, high: 2 })
})

test('the table', () => {
  expect(benchTable(result)).toMatchInlineSnapshot(`
    "Steps

    one call, ms   PyTorch   native   wasm     native × PyTorch       wasm × PyTorch         promised
    tiny step           11       22   2500            2 [2 … 2]      208 [208 … 208]   native ≤ 1.9 ✗
    tiny product         2      3.5    8.5   1.75 [1.63 … 1.88]   4.25 [4.13 … 4.38]                —

    A note.
    tiny step on wasm: 1 of 2 rounds, a call takes over 2 s.

    Medians over the rounds; a ratio is the median of the ratios within each round, its quartiles in brackets.
    2026-01-02T03:04:05.000Z, 2 rounds, seed 0; A processor, 2 cores, 24 GiB, Linux 6.1 x64
    PyTorch 2 (threads: 2), TensorFlow 2 (threads: 2), wasm 4 (threads: 1); Node v24.0.0, TensorFlow.js 4.22.0
    Promises kept: 0 of 1.
    Missed: tiny step: native 2 × PyTorch, not ≤ 1.9.
    Without wasm: stopped at 'tiny step': its process ended with code 7"
  `)
})

test('tables of several parts stand below each other, the notes at the end', () => {
  const parts = [steps, ...exampleCurve.parts]
  const text = benchTable({ ...result, ...exampleCurve, parts })
  const places = ['Steps\n', 'A step by batch size\n', 'The machine on 1 thread', 'Medians over'].map(each =>
    text.indexOf(each),
  )
  expect(places.every(place => place >= 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a runner without any time has no entry, and an empty cell', () => {
  const runners = { pytorch: rounds([1]), native: rounds([2]), wasm: rounds(undefined) }
  const empty = measuredCase(tinyCase('step'), runners)
  expect(Object.keys(empty.runners)).toEqual(['pytorch', 'native'])
  expect(tableOf([empty])).toMatch(/^tiny step +1 .* 2 .* — /m)
})

test('a promise that was kept has a tick; one beside a variant of PyTorch brings its number', () => {
  const limits = [
    { runner: 'compiled', of: 'pytorch', ratio: 0.7 },
    { runner: 'compiled', of: 'pytorch-fused', ratio: 1.3 },
  ] as const
  const runners = { pytorch: rounds([4]), 'pytorch-fused': rounds([2]), compiled: rounds([3]) }
  const text = (time: number) =>
    tableOf(
      [measuredCase({ ...tinyCase('step'), limits }, { ...runners, compiled: rounds([time]) })],
      ['pytorch', 'pytorch-fused', 'compiled'],
    )
  expect(text(2.5)).toContain('compiled ≤ 0.7 ✓, compiled ≤ 1.3 × PyTorch fused (1.25) ✓')
  expect(text(2.5)).toContain('Promises kept: 2 of 2.\n')
  expect(text(3)).toContain('compiled ≤ 0.7 ✗, compiled ≤ 1.3 × PyTorch fused (1.5) ✗')
  expect(text(3)).toContain('Promises kept: 0 of 2.')
  expect(text(3)).toContain(
    'Missed: tiny step: compiled 0.75 × PyTorch, not ≤ 0.7; tiny step: compiled 1.5 × PyTorch fused, not ≤ 1.3.',
  )
})

test('a product is told in gradients, with its promise', () => {
  const measured = (work: 'gradient' | 'product', ...times: number[]) =>
    measuredCase(tinyCase(work), {
      pytorch: rounds([1], [1]),
      native: rounds(...times.map(time => [time])),
    })
  const product = measured('product', 9, 8)
  const table = tableOf([measured('gradient', 3, 2), product])
  expect(table).toContain('tiny product, on native: 3.5 [3.25 … 3.75] gradients; promised ≤ 3.5 ✓.')
  expect(table).toContain('tiny product, on PyTorch: 1 [1 … 1] gradients.')
  const slower = tableOf([measured('gradient', 2, 2), product])
  expect(slower).toContain('promised ≤ 3.5 ✗')
  expect(slower).toContain('Missed: tiny product: native 4.25 gradients, not ≤ 3.5.')
})

test('a busy machine is said', () => {
  expect(benchTable({ ...result, othersShare: 0.32 })).toContain(
    'Not to be trusted: other programs used 32 % of the machine meanwhile.',
  )
  expect(benchTable(result)).not.toContain('Not to be trusted')
})

test('what others used is the mean over everything measured', () => {
  const shared = (share: number) => [{ times: [1], othersShare: share }, undefined]
  const cases = [
    measuredCase(tinyCase('step'), { pytorch: shared(0.1), native: shared(0.2) }),
    measuredCase(tinyCase('product'), { pytorch: shared(0.6) }),
  ]
  expect(meanOthersShare(cases)).toBeCloseTo(0.3, 10)
})
