import { expect, test } from 'vitest'
import { exportedNames, liveBindings } from './live-bindings.ts'

/** Without the notes of what was reached, which the first test shows. */
const live = (module: string) =>
  liveBindings(module)
    .toString()
    .replace(/ __cell\.declared\([^)]*\);/g, '')

test('notes each declaration when it is reached', () => {
  const noted = (module: string) => liveBindings(module).toString()
  expect(noted('let a = 1, { b, c: [d] } = f(2, 3);\nexport { a, b, d };')).toBe(
    'export let a = 1; __cell.declared("a"); export let { b, c: [d] } = f(2, 3); __cell.declared("b", "d");\nexport {  };',
  )
  expect(noted('let x;\nfunction f() { }\nclass K { }\nexport { x, f, K };')).toBe(
    'export let f = function () { }; __cell.declared("f");\n' +
      'export let x = undefined; __cell.declared("x");\n\n' +
      'export let K = class K { }; __cell.declared("K");\nexport {  };',
  )
  expect(noted("import { x } from 'm';\nexport { x };")).toBe(
    'import { x as x$imported } from \'m\'; export let x = x$imported; __cell.declared("x");\nexport {  };',
  )
})

test('names the variables of a compiled cell', () => {
  expect([...exportedNames('export const last = 1;\nexport { a, b };')]).toEqual(['a', 'b'])
})

test('exports variables where they are declared', () => {
  expect(live('let rate = 0.1;\nexport { rate };')).toBe('export let rate = 0.1;\nexport {  };')
})

test('makes functions variables, above all other lines', () => {
  expect(live('let rate = f();\nfunction f() { }\nasync function* g() { }\nexport { rate, f, g };')).toBe(
    'export let f = function () { };\nexport let g = async function* () { };\n' +
      'export let rate = f();\n\n\nexport {  };',
  )
  expect(live('function f() { }\nlet rate = f();\nexport { rate, f };')).toBe(
    'export let f = function () { };\n\nexport let rate = f();\nexport {  };',
  )
})

test('makes classes variables where they are', () => {
  expect(live('f();\nclass K { }\nexport { K };')).toBe('f();\nexport let K = class K { };\nexport {  };')
})

test('exports all names of a pattern', () => {
  expect(live('const { a, b: [c, ...d] } = f();\nexport { a, c, d };')).toBe(
    'export const { a, b: [c, ...d] } = f();\nexport {  };',
  )
})

test('sets to undefined what is declared without a value, so that a rerun starts anew', () => {
  expect(live('let a, b = 1;\nexport { a, b };')).toBe(
    'export let a = undefined; export let b = 1;\nexport {  };',
  )
})

test('copies imported names', () => {
  expect(live("import x, { y as z, w } from 'm';\nexport { x, z, w };")).toBe(
    "import x$imported, { y as z$imported, w as w$imported } from 'm';" +
      ' export let x = x$imported, z = z$imported, w = w$imported;\nexport {  };',
  )
  expect(live("import * as m from 'm';\nexport { m };")).toBe(
    "import * as m$imported from 'm'; export let m = m$imported;\nexport {  };",
  )
})

test('calls functions of earlier cells without a this', () => {
  expect(live('exports.f(exports.g(1), o.exports.h());\nexport {};')).toContain(
    '(0, exports.f)((0, exports.g)(1), o.exports.h());',
  )
  expect(live('exports.tag`a`;\nexport {};')).toContain('(0, exports.tag)`a`;')
})

test('asks the session for what import.meta knows', () => {
  expect(live('f(import.meta.url);\nexport {};')).toContain('f(__cell.meta.url);')
})

test('leaves variables alone that are not exported', () => {
  expect(live('for (const i of []) { let a; }\nvar v = 1;\nexport {};')).toContain('{ let a; }\nvar v = 1;')
})
