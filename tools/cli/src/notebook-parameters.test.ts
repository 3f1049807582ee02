import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readParameters } from './notebook-parameters.ts'
import { findNotebook } from './notebooks.ts'
import { describeType } from './parameter-type.ts'
import { NOTEBOOKS } from './repository.ts'
import { readNotebook } from './run.ts'
import { code, markdown, notebook } from './test-support.ts'

const read = (source: string) =>
  readParameters(notebook([markdown('m', '# A'), code('p', source, ['parameters'])]))
const types = (source: string) => read(source)?.map(({ type }) => describeType(type))

test('every let of the cell tagged parameters, with its type, default, range and note', () => {
  const source = `// Sizes
let profile: 'smoke' | 'lecture' = 'lecture'
let rate = 1e-3, seed = 0; // whole, from 0: of every stream
const fixed = 1
let batchSizes: readonly number[] = [1, 32] // note alone`
  expect(read(source)).toEqual([
    {
      name: 'profile',
      type: { kind: 'union', of: ['smoke', 'lecture'].map(value => ({ kind: 'literal', value })) },
      defaultText: "'lecture'",
    },
    { name: 'rate', type: { kind: 'number' }, defaultText: '1e-3' },
    {
      name: 'seed',
      type: { kind: 'number' },
      defaultText: '0',
      range: { whole: true, from: 0 },
      note: 'of every stream',
    },
    {
      name: 'batchSizes',
      type: { kind: 'array', of: { kind: 'number' } },
      defaultText: '[1, 32]',
      note: 'note alone',
    },
  ])
})

test.each([
  ['let a: number | null = 1', 'number | null'],
  ['let a: Array<string> = []', 'string[]'],
  ["let a: ReadonlyArray<1 | 2 | 'x'> = []", '(1 | 2 | x)[]'],
  ['let a: (boolean) = true', 'boolean'],
  ['let a: -1 | 1 = 1', '-1 | 1'],
  ['let a: Map<string, number> = new Map()', 'Map<string, number>'],
  ['let a: Date[] = []', 'Date[]'],
])('%s is annotated as %s', (source, type) => {
  expect(types(source)).toEqual([type])
})

test.each([
  ['let a = -2', 'number'],
  ['let a = "x"', 'string'],
  ['let a = `x`', 'string'],
  ['let a = false', 'boolean'],
  ['let a = [1, "x", 2]', '(number | string)[]'],
  ['let a = [[1], [2]]', 'number[][]'],
  ['let a = []', 'of no known type'],
  ['let a = 2 * 3', 'of no known type'],
])('%s is inferred as %s', (source, type) => {
  expect(types(source)).toEqual([type])
})

test.each([
  ['let a = 1 // from low to high', /a: 'from low to high' is no range: write 'from A to B'/],
  ['let a = 1 // from 2 to 1', /is no range/],
  ['let a = 1 // whole numbers', /is no range/],
  ["let a = 'x' // from 1", /a: a range is for numbers, and it is string/],
  ['let a = 1 // from 2', /a: its default 1 is not from 2/],
  ['let a = [1, 2.5] // whole', /its default \[1, 2.5\] is not whole/],
])('%s is refused', (source, reason) => {
  expect(() => read(source)).toThrow(reason)
})

test('a notebook without such a cell has none', () => {
  expect(readParameters(notebook([code('a', 'let a = 1')]))).toBeUndefined()
})

const committed = readdirSync(NOTEBOOKS).filter(file => file.endsWith('.ipynb'))
test.each(committed)('%s can be set in full: all its types are known, its defaults in range', file => {
  const parameters = readParameters(readNotebook(findNotebook(join(NOTEBOOKS, file)))) ?? []
  expect(parameters.map(({ name }) => name).slice(0, 2)).toEqual(['profile', 'seed'])
  expect(parameters.filter(({ type }) => type.kind === 'other')).toEqual([])
})
