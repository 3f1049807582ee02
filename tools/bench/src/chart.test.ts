import { expect, test } from 'vitest'
import { benchChart } from './chart.ts'
import { summarise } from './result.ts'
import { exampleResult, rounds, tinyCase } from './test-support.ts'

test('a bar for each case and runner but the baseline, and the line of equal speed', async () => {
  const chart = benchChart(exampleResult)
  expect(chart.heading).toContain('Time of one call, relative to PyTorch')
  expect(chart.table).toMatch(/tiny product +wasm +4\.25/)
  // Native: 22 ms to 11 ms.
  const svg = await chart.svg()
  for (const text of ['2  native', '208  wasm', '1.75  native', '>PyTorch<']) expect(svg).toContain(text)
})

test('a case that a runner did not finish has no bar of it', async () => {
  const runners = { pytorch: rounds([1]), native: rounds([3]), wasm: rounds(undefined) }
  const cases = [summarise({ case: tinyCase('step'), runners }, 'pytorch')]
  const svg = await benchChart({ ...exampleResult, cases }).svg()
  expect(svg).toContain('3  native')
  expect(svg).not.toMatch(/\d {2}wasm/)
})

test('one runner has nothing to be compared with', () => {
  const alone = summarise({ case: tinyCase('step'), runners: { pytorch: rounds([1]) } }, 'pytorch')
  const runners = exampleResult.runners.slice(0, 1)
  expect(() => benchChart({ ...exampleResult, runners, cases: [alone] })).toThrow(
    'only PyTorch was measured: there is no ratio to draw',
  )
})
