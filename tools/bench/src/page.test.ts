import { expect, test } from 'vitest'
import { benchPage } from './page.ts'
import { exampleCurve, exampleResult, exampleSteps, tinyCase } from './test-support.ts'

const compiled = [{ times: [9, 8, 7, 1, 1], memoryBefore: 2 ** 20, memoryPeak: 2 ** 21 }]
const result = {
  ...exampleResult,
  ...exampleCurve,
  parts: [exampleSteps, ...exampleCurve.parts],
  fresh: [{ case: tinyCase('step'), runners: { compiled } }],
}

test('the page and its charts, which it shows in their places', async () => {
  const files = await benchPage(result, 'speed')
  expect([...files.keys()]).toEqual([
    'speed.md',
    'speed-steps.svg',
    'speed-curve.svg',
    'speed-throughput.svg',
  ])
  const page = files.get('speed.md') ?? ''
  const order = [
    '# Benchmark',
    'npx flatland bench steps curve fresh --rounds 2 --threads 2 --page docs/speed.md',
    '2026-01-02T03:04:05.000Z',
    '## Steps',
    '(speed-steps.svg)',
    '## A step by batch size',
    '(speed-curve.svg)',
    '(speed-throughput.svg)',
    '## A fresh process',
  ].map(text => page.indexOf(text))
  expect(order.every(place => place >= 0)).toBe(true)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  for (const file of [...files.keys()].slice(1)) expect(files.get(file)).toMatch(/^<svg/)
})

test('a table is one of Markdown, with as many cells in each line', async () => {
  const page = (await benchPage(result, 'speed')).get('speed.md') ?? ''
  const tables = page.split('\n\n').filter(block => block.startsWith('|'))
  expect(tables).toHaveLength(3)
  for (const table of tables) {
    const cells = table.split('\n').map(line => line.split('|').length)
    expect(new Set(cells).size).toBe(1)
  }
  expect(page).toContain('| tiny step | 11 | 22 | 2500 | 2 [2 … 2] |')
})

test('where one runner alone ran, its table has no chart', async () => {
  const alone = { ...exampleSteps, runners: ['pytorch'] as const }
  const files = await benchPage({ ...exampleResult, parts: [alone] }, 'speed')
  expect([...files.keys()]).toEqual(['speed.md'])
})
