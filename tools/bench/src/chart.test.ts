import { expect, test } from 'vitest'
import { optimizerChart, ratioChart } from './chart.ts'
import { type OptimizerKind, optimizerOf } from './optimizers.ts'
import { exampleResult, exampleSteps, measuredCase, rounds, tinyCase } from './test-support.ts'

test('a bar for each case and runner but the baseline, and the line of equal speed', async () => {
  const chart = ratioChart(exampleSteps, exampleResult)
  expect(chart.heading).toContain('Time of one call, relative to PyTorch')
  expect(chart.heading).toContain(
    'PyTorch 2, TensorFlow 2, wasm 4; A processor, threads: 2, wasm 1; medians of 2',
  )
  expect(chart.table).toMatch(/tiny product +wasm +4\.25/)
  // Native: 22 ms to 11 ms.
  const svg = await chart.svg()
  for (const text of ['2  native', '208  wasm', '1.75  native', '>PyTorch<']) expect(svg).toContain(text)
})

test('a case that a runner did not finish has no bar of it', async () => {
  const runners = { pytorch: rounds([1]), native: rounds([3]), wasm: rounds(undefined) }
  const cases = [measuredCase(tinyCase('step'), runners)]
  const svg = await ratioChart({ ...exampleSteps, cases }, exampleResult).svg()
  expect(svg).toContain('3  native')
  expect(svg).not.toMatch(/\d {2}wasm/)
})

test('one runner has nothing to be compared with', () => {
  const cases = [measuredCase(tinyCase('step'), { pytorch: rounds([1]) })]
  expect(() => ratioChart({ ...exampleSteps, runners: ['pytorch'], cases }, exampleResult)).toThrow(
    'only PyTorch was measured: there is no ratio to draw',
  )
})

test('a bar for each optimiser and runner that has it, at one batch size', async () => {
  const of = (kind: OptimizerKind, batch: number, runners: Parameters<typeof measuredCase>[1]) =>
    measuredCase({ ...tinyCase('step'), optimizer: optimizerOf(kind, 0.1), batch }, runners)
  const cases = [
    of('adam', 16, { pytorch: rounds([3]), compiled: rounds([2]) }),
    of('lamb', 16, { compiled: rounds([5]) }),
    of('adam', 256, { pytorch: rounds([70]) }),
  ]
  const part = { ...exampleSteps, runners: ['pytorch', 'compiled'] as const, cases }
  const chart = optimizerChart(part, 16, exampleResult)
  expect(chart.heading).toContain('One update of the MLP by each optimiser, batch size 16')
  expect(chart.table).toMatch(/Adam +PyTorch +3/)
  expect(chart.table).toMatch(/LAMB +compiled +5/)
  expect(chart.table).not.toMatch(/LAMB +PyTorch|70/)
  expect(await chart.svg()).toContain('LAMB')
})
