import { expect, test } from 'vitest'
import { keptDeclarations, withEarlierNamespaces } from './kept-declarations.ts'

const kept = (before: string, after: string, assigned: string[]) =>
  keptDeclarations(before, after, name => assigned.includes(name))
    .trim()
    .split('\n')

test('keeps what was assigned, drops what was not reached', () => {
  expect(kept('', 'declare const a: number, b: string;', ['a'])).toEqual(['declare let a: number;'])
})

test('what was not reached keeps its older type', () => {
  expect(kept('declare const a: string;', 'declare const a: number;', [])).toEqual(['declare let a: string;'])
})

test('types stay, functions and imports stay when they are there', () => {
  const after =
    "import { x, y } from 'm';\ninterface Row { }\ndeclare function f(): void;\ndeclare class K { }"
  expect(kept('', after, ['y', 'f'])).toEqual([
    "import { x, y } from 'm';",
    'interface Row { }',
    'declare function f(): void;',
  ])
})

test('a failed import gives the name back to its older declaration', () => {
  expect(kept('declare const x: number;', "import * as x from 'm';", [])).toEqual(['declare let x: number;'])
})

test('keeps namespaces, which tslab forgets, until their name is declared again', () => {
  const before = 'declare namespace N {\n    const a: 1;\n}\ndeclare const b: 2;'
  expect(withEarlierNamespaces(before, 'declare const b: 2;\n')).toBe(
    'declare const b: 2;\ndeclare namespace N {\n    const a: 1;\n}\n',
  )
  expect(withEarlierNamespaces(before, 'declare const N: 3;\n')).toBe('declare const N: 3;\n')
})
