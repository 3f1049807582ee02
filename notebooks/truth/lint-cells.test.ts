import { beforeAll, describe, expect, test } from 'vitest'
import { cellsOf, committedNotebooks, type Cell, type Committed } from './committed.ts'
import { lintCells, type Finding } from './lint-cells.ts'

const notebooks = committedNotebooks()

/** Each a cell behind the set-up of a notebook, and what is to be found in it. */
const planted: readonly (readonly [code: string, rule: string, place: string])[] = [
  ['const nobody = 1', '@typescript-eslint/no-unused-vars', '1:7'],
  ["import { statSync } from 'node:fs'", '@typescript-eslint/no-unused-vars', '1:10'],
  ['const anything: any = 1\nconsole.log(typeof anything)', '@typescript-eslint/no-explicit-any', '1:17'],
  ['console.log(JSON.parse("1").x)', '@typescript-eslint/no-unsafe-member-access', '1:29'],
  ["useBackend('auto')\nseed", '@typescript-eslint/no-floating-promises', '1:1'],
  ['seed + 1\nseed + 2', '@typescript-eslint/no-unused-expressions', '1:1'],
  ['[1, 2][5].toFixed()', 'TS2532', '1:1'],
  ["if (profile === 'huge') console.log(1)", 'TS2367', '1:5'],
  ['const broken = = 1', 'TS1109', '1:16'],
]
const good = "if (profile === 'smoke') console.log(await useBackend('auto'))\nseed + 2"

const [first] = notebooks
const setUp = first === undefined ? [] : cellsOf(first).slice(0, 4)
const withCell = (name: string, source: string): Committed => {
  const cell: Cell = { id: 'planted', cell_type: 'code', metadata: {}, source: [source] }
  return { name, text: JSON.stringify({ cells: [...setUp, cell] }) }
}

let found = new Map<string, Finding[]>()
beforeAll(async () => {
  const cells = [...planted.map(([code]) => code), good]
  found = await lintCells([...notebooks, ...cells.map(code => withCell(code, code))])
  // All types of all libs, once; beside other work on the machine that takes far longer than alone.
}, 300_000)

test.each(notebooks)('$name: no finding', ({ name }) => {
  const findings = found.get(name) ?? []
  expect(found.has(name)).toBe(true)
  expect(findings.map(({ text }) => text)).toEqual([])
})

describe('in a planted cell', () => {
  const inCell = (code: string) => (found.get(code) ?? []).filter(({ text }) => text.startsWith('planted:'))

  test.each(planted)('%j: %s at %s', (code, rule, place) => {
    const there = inCell(code).filter(({ text }) => text.startsWith(`planted:${place} `))
    expect(there.map(finding => finding.rule)).toContain(rule)
  })

  test('the value that it shows, what is awaited, and a parameter that is not its default are no findings', () => {
    expect(found.has(good)).toBe(true)
    expect(inCell(good)).toEqual([])
  })
})
