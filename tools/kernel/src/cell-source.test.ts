import { expect, test } from 'vitest'
import { cellSource } from './cell-source.ts'

test.each([
  ['export const a = 1', '       const a = 1'],
  ['export default function f() { }', '               function f() { }'],
  ['export { a,\r\n  b }\nlet c', '           \r\n     \nlet c'],
  ["import a from './a.json' with { type: 'json' }\na", "import a from './a.json'                      \na"],
])('blanks out, and moves nothing: %j', (code, text) => {
  expect(cellSource(code)).toEqual({ text, refused: [] })
})

test.each([
  'namespace N { export const a = 1 }',
  'const text = "export const a = 1"',
  '// export default with',
  '@d class K { }',
])('leaves %s', code => {
  expect(cellSource(code).text).toBe(code)
})

test.each([
  'export default 1',
  'export = a',
  'export { a as b }',
  "export * from 'm'",
  "export { a } from 'm'",
])('refuses %s where it stands', code => {
  expect(cellSource(`let a\n  ${code}`).refused.map(({ start }) => start)).toEqual([8])
})

test('refuses very many statements, at any depth, but not much text', () => {
  const refused = (code: string) => cellSource(code).refused.length
  expect(refused('a();'.repeat(20_000))).toBe(0)
  expect(refused('a();'.repeat(20_001))).toBe(1)
  expect(refused(`function f() { ${'a();'.repeat(20_001)} }`)).toBe(1)
  expect(refused(`[${'1,\n'.repeat(20_001)}]`)).toBe(0)
})
