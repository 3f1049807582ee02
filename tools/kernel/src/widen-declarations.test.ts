import type { Diagnostic } from '@tslab/typescript-for-tslab'
import { expect, test } from 'vitest'
import { widenDeclarations } from './widen-declarations.ts'

/** With a problem reported at the place marked by `^`. */
function widen(marked: string): string {
  const start = 'export {};\n'.length + marked.indexOf('^')
  return widenDeclarations(marked.replace('^', ''), [{ start, length: 1 } as Diagnostic])
}

test('annotates variables, patterns, properties and results of functions', () => {
  expect(widen('const ^chart = f()')).toBe('const chart: any = f()')
  expect(widen('const { ^a } = f()')).toBe('const { a }: any = f()')
  expect(widen('class K { ^p = f() }')).toBe('class K { p: any = f() }')
  expect(widen('function ^g(a = (1)) { return f() }')).toBe('function g(a = (1)): any { return f() }')
})

test('leaves an annotation that is there', () => {
  expect(widen('const ^chart: Chart = f()')).toBe('const chart: Chart = f()')
})
