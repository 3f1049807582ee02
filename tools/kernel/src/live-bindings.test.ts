import { expect, test } from 'vitest'
import { liveBindings } from './live-bindings.ts'

const live = (module: string) => liveBindings(module).toString()

test('exports variables where they are declared', () => {
  expect(live('let rate = 0.1;\nfunction step() { }\nexport { rate, step };')).toBe(
    'export let rate = 0.1;\nfunction step() { }\nexport { step };',
  )
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
  expect(live("import x, { y as z } from 'm';\nexport { x, z };")).toBe(
    "import x, { y as z } from 'm'; exports.x = x; exports.z = z;\nexport {  };",
  )
  expect(live("import * as m from 'm';\nexport { m };")).toBe(
    "import * as m from 'm'; exports.m = m;\nexport {  };",
  )
})

test('calls functions of earlier cells without a this', () => {
  expect(live('exports.f(exports.g(1), o.exports.h());\nexport {};')).toContain(
    '(0, exports.f)((0, exports.g)(1), o.exports.h());',
  )
})

test('leaves variables alone that are not exported', () => {
  expect(live('for (const i of []) { let a; }\nvar v = 1;\nexport {};')).toContain('{ let a; }\nvar v = 1;')
})
