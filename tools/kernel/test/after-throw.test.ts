import { expect, test } from 'vitest'
import { openNotebook } from './open-notebook.ts'

const { kernel, result } = openNotebook()

/** A cell that throws in its last line. */
async function thrown(...lines: string[]): Promise<void> {
  const { reply } = await kernel().execute([...lines, 'throw new Error("the end")'].join('\n'))
  expect(reply['evalue']).toBe('the end')
}

async function refusal(code: string): Promise<string> {
  const { reply } = await kernel().execute(code)
  expect(reply['ename']).toBe('CompileError')
  return String(reply['evalue']).replace(/^cell\[\d+\]:/, '')
}

test('a variable that has no value yet is known', async () => {
  await thrown('let best: number | undefined')
  expect(await result('best = 3; best')).toBe('3')
})

test('types that were imported are known, and what they describe is checked', async () => {
  await thrown(
    "import { type ParsedPath, sep } from 'node:path'",
    "import type { Stats } from 'node:fs'",
    "import type * as fs from 'node:fs'",
    'let size: (s: Stats) => number = s => s.size',
  )
  expect(await result('const s = { size: 2 } as Stats; size(s)')).toBe('2')
  expect(await result('let d: fs.Dir, p: ParsedPath | undefined; sep')).toBe("'/'")
  expect(await refusal('size(5)')).toContain("Argument of type 'number' is not assignable to parameter")
})

test('a type stays when no import runs', async () => {
  await thrown("import type { Stats } from 'node:fs'")
  await result("import { Stats as Other } from 'node:fs'")
  expect(await refusal('let s: Stats = 5')).toContain("Type 'number' is not assignable to type 'Stats")
})

test('a variable declared again with the value it had has its new type', async () => {
  await result('let lr: number = 0.5')
  await thrown('let lr: number | string = 0.5')
  expect(await result('lr = "a"; lr')).toBe("'a'")
})

test('what the cell did not reach keeps the type of its value, though the value has changed', async () => {
  await result('let count = 1; const up = () => { count++ }')
  const { reply } = await kernel().execute('up(); JSON.parse("no")\nlet count: string = "text"')
  expect(reply['ename']).toBe('SyntaxError')
  expect(await result('count.toFixed(1)')).toBe("'2.0'")
})

test('of several in one statement those before the throw are known', async () => {
  const { reply } = await kernel().execute(
    'let first = 1, second = ((): number => { throw new RangeError() })(), third = 3',
  )
  expect(reply['ename']).toBe('RangeError')
  expect(await result('first')).toBe('1')
  expect(await refusal('second')).toContain("Cannot find name 'second'")
  expect(await refusal('third')).toContain("Cannot find name 'third'")
})

test('a constant stays one, with its literal type', async () => {
  await thrown('const fixed = "sgd"')
  expect(await refusal('fixed = "adam"')).toContain("Cannot assign to 'fixed'")
  expect(await result('const kind: "sgd" = fixed; kind')).toBe("'sgd'")
})

test('functions, classes and constant enums are there', async () => {
  await thrown(
    'const enum Size { Small = 7 }',
    'class K { size = Size.Small }',
    'function f() { return new K() }',
  )
  expect(await result('f().size === Size.Small')).toBe('true')
})

test('an import that was replaced in part keeps its other names', async () => {
  await result("import { sep, posix } from 'node:path'")
  const { reply } = await kernel().execute('JSON.parse("no")\nlet sep = 5')
  expect(reply['ename']).toBe('SyntaxError')
  expect(await result('[sep.length, typeof posix.join]')).toBe("[ 1, 'function' ]")
})
