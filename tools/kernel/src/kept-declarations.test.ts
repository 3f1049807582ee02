import { expect, test } from 'vitest'
import { keptDeclarations, withEarlierNamespaces } from './kept-declarations.ts'

const kept = (before: string, after: string, unreached: string[]) =>
  keptDeclarations(before, after, name => unreached.includes(name))
    .trim()
    .split('\n')

test('keeps what was declared, drops what was not reached', () => {
  expect(kept('', 'declare const a: number, b: string;', ['b'])).toEqual(['declare const a: number;'])
})

test('what was not reached keeps its older type', () => {
  expect(kept('declare let a: string;', 'declare const a: number;', ['a'])).toEqual([
    'declare let a: string;',
  ])
})

test('types stay, functions and imports stay when they are there', () => {
  const after =
    "import d, { x, y as z, type T } from 'm';\ninterface Row { }\ndeclare function f(): void;\ndeclare class K { }"
  expect(kept('', after, ['x', 'K'])).toEqual([
    "import d from 'm';",
    "import { y as z } from 'm';",
    "import { type T } from 'm';",
    'interface Row { }',
    'declare function f(): void;',
  ])
  expect(kept('', "import type { T } from 'm';\nimport type * as N from 'm';", [])).toEqual([
    "import type { T } from 'm';",
    "import type * as N from 'm';",
  ])
})

test('a failed import gives the name back to its older declaration', () => {
  expect(kept('declare let x: number;', "import * as x from 'm';", ['x'])).toEqual(['declare let x: number;'])
  expect(kept("import { x, y } from 'm';", "import { y } from 'm';\ndeclare let x: 1;", ['x'])).toEqual([
    "import { y } from 'm';",
    "import { x } from 'm';",
  ])
})

test('keeps namespaces, which tslab forgets, until their name is declared again', () => {
  const before = 'declare namespace N {\n    const a: 1;\n}\ndeclare const b: 2;'
  expect(withEarlierNamespaces(before, 'declare const b: 2;\n')).toBe(
    'declare const b: 2;\ndeclare namespace N {\n    const a: 1;\n}\n',
  )
  expect(withEarlierNamespaces(before, 'declare const N: 3;\n')).toBe('declare const N: 3;\n')
})
