import { expect, test } from 'vitest'
import { ratioChart } from './chart.ts'
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
