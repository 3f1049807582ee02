import { expect, test } from 'vitest'
import { liveBindings } from './live-bindings.ts'

const live = (module: string) => liveBindings(module).toString()

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
  expect(live('let a, b = 1;\nexport { a, b };')).toBe('export let a = undefined, b = 1;\nexport {  };')
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

test('asks require for what import.meta knows', () => {
  expect(live('f(import.meta.url);\nexport {};')).toContain('f(require.meta.url);')
})

test('leaves variables alone that are not exported', () => {
  expect(live('for (const i of []) { let a; }\nvar v = 1;\nexport {};')).toContain('{ let a; }\nvar v = 1;')
})
