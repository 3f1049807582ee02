import { describe, expect, test } from 'vitest'
import { codeCellsOf, committedNotebooks, isParameters, type Cell } from './committed.ts'
import { compileCells } from './compile-cells.ts'

const notebooks = committedNotebooks()

test.each(notebooks)('$name: every cell compiles after those before it', notebook => {
  expect(compileCells(codeCellsOf(notebook))).toEqual([])
})

describe('planted', () => {
  const [cells = []] = notebooks.map(codeCellsOf)
  const planted = (source: string): Cell => ({
    id: 'planted',
    cell_type: 'code',
    metadata: {},
    source: [source],
  })
  const after = cells.findIndex(isParameters) + 2

  test.each([
    ['seed.toFixed(true)', "planted:1:14 - Argument of type 'boolean' is not assignable to parameter"],
    ["\nprofile = 'huge'", 'planted:2:1 - Type \'"huge"\' is not assignable to type'],
    ['progres(3)', "planted:1:1 - Cannot find name 'progres'"],
    ["import { mnist } from '@flatland/charts'", 'planted:1:10 - '],
    ['lineChart({ title: 1 })', 'planted:1:'],
    ["import { trainDigit } from './digits/small-digits'", 'planted:1:10 - '],
  ])('%j is found, with its place', (source, problem) => {
    const [first = ''] = compileCells(cells.toSpliced(after, 0, planted(source)))
    expect(first.slice(0, problem.length)).toBe(problem)
  })

  test('a variable of a later cell is not known yet', () => {
    const [declaring, using] = [planted('const later = 1'), planted('later + 1')]
    expect(compileCells([declaring, using])).toEqual([])
    expect(compileCells([using, declaring])).toEqual(["planted:1:1 - Cannot find name 'later'."])
  })
})
