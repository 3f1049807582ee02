import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openNotebook, traceback } from './open-notebook.ts'

const { folder, kernel, result } = openNotebook()

/** What a cell is refused with, its number written as N. */
async function refusal(code: string): Promise<string> {
  const { reply } = await kernel().execute(code)
  expect(reply['ename']).toBe('CompileError')
  return String(reply['evalue']).replace(/^cell\[\d+\]/gm, 'cell[N]')
}

describe('a type error', () => {
  test('names the cell, the line and the column', async () => {
    const answer = await kernel().execute('const ok = 1\nconst n: number = "text"')
    const cell = `cell[${String(answer.reply['execution_count'])}]`
    expect(answer.reply['evalue']).toBe(`${cell}:2:7 - Type 'string' is not assignable to type 'number'.`)
    expect(traceback(answer)).toBe(
      `${cell}:2:7 - TS2322: Type 'string' is not assignable to type 'number'.\n\n` +
        '   2 | const n: number = "text"\n     |       ^',
    )
  })

  test('of several lines has its reasons indented below it', async () => {
    expect(await refusal('const make: () => { a: number } = () => ({ b: 1 } as { b: number })')).toBe(
      "cell[N]:1:41 - Property 'a' is missing in type '{ b: number; }' but required in type '{ a: number; }'.",
    )
    expect(await refusal('const f: (n: number) => void = (s: string) => undefined')).toBe(
      "cell[N]:1:7 - Type '(s: string) => undefined' is not assignable to type '(n: number) => void'.\n" +
        "  Types of parameters 's' and 'n' are incompatible.\n" +
        "    Type 'number' is not assignable to type 'string'.",
    )
  })

  test('among very many is one of twenty', async () => {
    const lines = (await refusal(Array.from({ length: 30 }, () => 'missing').join('\n'))).split('\n')
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toBe('cell[N]:21:1 - and 10 more problems')
  })

  test.each([
    ['function add(a, b) { return a + b }', "1:14 - Parameter 'a' implicitly has an 'any' type."],
    ['try { null } catch (e) { e.message }', "1:26 - 'e' is of type 'unknown'."],
    ['{ let unset: number; unset.toFixed() }', "1:22 - Variable 'unset' is used before being assigned."],
    ['const used = []; const all = () => used\nall()', "1:7 - Variable 'used' implicitly has type 'any[]'"],
    ['[1].find(x => x > 1).toFixed()', "1:1 - Object is possibly 'undefined'."],
    ['const one = 1\none = 2', "2:1 - Cannot assign to 'one' because it is a constant."],
    ['// @ts-expect-error\nconst fine = 1', "1:1 - Unused '@ts-expect-error' directive."],
    ['export default 5', '1:1 - A cell has no exports'],
    ['const a = 1\n  export { a as b }', '2:3 - A cell has no exports'],
    ["export * from 'node:fs'", '1:1 - A cell has no exports'],
    ['const u = 1\nusing r = { a: "x" }', '2:1 - TypeScript 5.0.4 cannot read `using`'],
    ['await using r = null', '1:1 - TypeScript 5.0.4 cannot read `using`'],
    ['console.log("using x = 1", nowhere)', "1:28 - Cannot find name 'nowhere'."],
    ['let n = 0\n' + 'n++;'.repeat(20_001), '1:1 - A cell of more than 20000 statements'],
  ])('refuses %j', async (code, problem) => {
    expect(await refusal(code)).toContain(`cell[N]:${problem}`)
  })

  test('of a constant of an earlier cell', async () => {
    await result('const fixed = 1')
    expect(await refusal('fixed = 2')).toBe(
      "cell[N]:1:1 - Cannot assign to 'fixed' because it is a constant.",
    )
  })
})

/** Cells that run, and the value of the last. */
const forms: Record<string, [...cells: string[], value: string]> = {
  'an array that grows': ['let losses = []', 'losses.push(1); losses.push("a"); losses', "[ 1, 'a' ]"],
  'an array that a function fills': [
    'const log = []; const put = () => { log.push(1) }',
    'put(); log',
    '[ 1 ]',
  ],
  'a variable for later': ['let later: number', 'later = 4; later', '4'],
  'a variable without a type': [
    'let untyped; let none = null',
    'untyped = 1; none = "b"; [untyped, none]',
    "[ 1, 'b' ]",
  ],
  'a caught error': ['let caught; try { throw 7 } catch (e) { caught = e }', 'caught', '7'],
  patterns: [
    'const { a, b: [c, ...d], ...e } = { a: 1, b: [2, 3, 4], f: 5 }',
    '[a, c, d, e]',
    '[ 1, 2, [ 3, 4 ], { f: 5 } ]',
  ],
  enums: ['enum Color { Red, Green = 5 }', 'const g = Color.Green', '[g, Color[5]]', "[ 5, 'Green' ]"],
  'constant enums': ['const enum Size { Small = 7 }', '0', 'Size.Small', '7'],
  namespaces: [
    'namespace Geo { export const two = 2; export interface P { x: number } }',
    '0',
    'const p: Geo.P = { x: Geo.two }; p',
    '{ x: 2 }',
  ],
  generators: [
    'async function* later1() { yield* [1, 2] }\nfunction* now() { yield 3 }',
    'const all: number[] = [...now()]; for await (const x of later1()) all.push(x)\nall',
    '[ 3, 1, 2 ]',
  ],
  'labelled loops': [
    'let turns = 0\nouter: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (i === j) continue outer; turns++ } }\nturns',
    '3',
  ],
  decorators: [
    'function sealed(_: unknown, name?: string) { seen.push(name ?? "class") }\nconst seen: string[] = []\n@sealed class Deco { @sealed m() { return 1 } static make() { return new Deco() } }',
    '[Deco.make().m(), seen]',
    "[ 1, [ 'm', 'class' ] ]",
  ],
  'classes that refer to themselves': [
    'abstract class Base { static s = 1; static t = Base.s + 1; abstract f(): number }',
    'class Next extends Base { override f() { return Base.t } }\nnew Next().f()',
    '2',
  ],
  overloads: [
    'function over(a: string): string; function over(a: number): number; function over(a: unknown) { return a }',
    'over("x").toUpperCase()',
    "'X'",
  ],
  'names of functions and classes': [
    'function named() { return 0 }\nclass Named {}\n[named.name, Named.name]',
    "[ 'named', 'Named' ]",
  ],
  'a function that calls itself': [
    'function down(n: number): number { return n === 0 ? 0 : 1 + down(n - 1) }',
    'down(5)',
    '5',
  ],
  'a function called above its line': [
    'const early = hoisted()\nfunction hoisted() { return seven }\nvar seven: number | undefined\nearly === undefined',
    'true',
  ],
  exports: [
    'export const ex = 1\nexport function fn() { return ex }\nexport class K {}\nexport enum En { A }\nexport interface I { a: number }\nexport type T = I\nexport async function af() {}\nexport { ex, fn }\nexport {}',
    'const i: T = { a: fn() }; [i, En.A, typeof K]',
    "[ { a: 1 }, 0, 'function' ]",
  ],
  'export default of what has a name': ['export default function main() { return 1 }', 'main()', '1'],
  'import attributes': [
    "import data from './data.json' with { type: 'json' }\nconst half: number = data.size / 2\nhalf",
    '2',
  ],
  JSON: [
    "import * as whole from './data.json'\nimport { size } from './data.json'\n[whole.size, size]",
    '[ 4, 4 ]',
  ],
  'import.meta': [
    '[import.meta.dirname === process.cwd(), import.meta.filename.startsWith(import.meta.dirname), new URL("./a", import.meta.url).pathname === import.meta.dirname + "/a", import.meta.resolve("./b") === new URL("./b", import.meta.url).href]',
    '[ true, true, true, true ]',
  ],
  'imports under all their names': [
    "import path, { sep as slash, type ParsedPath } from 'node:path'\nimport * as os from 'node:os'",
    'const shape: ParsedPath = path.parse("/a"); [shape.base, slash, typeof os.cpus]',
    "[ 'a', '/', 'function' ]",
  ],
  'names that begin with underscores': [
    'const __x = 1, ___y = 2, _z = 3, $__w = 4; class __K {}; let __unset: number | undefined',
    'const again = () => __x + ___y\n__unset = 5; [again(), _z, $__w, new __K(), __unset]',
    '[ 3, 3, 4, __K {}, 5 ]',
  ],
  'the folder of a module, as modules find it': [
    "import { dirname } from 'node:path'\nimport { fileURLToPath } from 'node:url'\n" +
      'const __filename = fileURLToPath(import.meta.url)\nconst __dirname = dirname(__filename)',
    '[__dirname === process.cwd(), __filename === import.meta.filename]',
    '[ true, true ]',
  ],
  'a require of its own': [
    "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nimport { sep } from 'node:path'",
    "import { sep as slash } from 'node:path'\n[require('node:path').sep === slash, typeof import.meta.url, (await import('node:path')).sep === sep]",
    "[ true, 'string', true ]",
  ],
  'tags of earlier cells': [
    'function tag(this: unknown, s: TemplateStringsArray) { return [this, s[0]] }',
    'tag`x`',
    "[ undefined, 'x' ]",
  ],
}

test.each(Object.entries(forms))('%s', async (_, cells) => {
  writeFileSync(join(folder.path, 'data.json'), '{ "size": 4 }')
  expect(await result(...cells.slice(0, -1))).toBe(cells.at(-1))
})

test.each([
  ['function', 'function f() { return "old" }', 'f()', 'function f() { return "new" }'],
  ['class', 'class f { v = "old" }', 'new f().v', 'class f { v = "new" }'],
  ['import', "import { sep as f } from 'node:path'", 'f', 'let f = "new"'],
  ['enum', 'enum f { A = "old" }', 'f.A', 'enum f { A = "new" }'],
  [
    'namespace',
    'namespace f { export const v: string = "old" }',
    'f.v',
    'namespace f { export const v = "new" }',
  ],
])('a %s declared again is seen by the functions of its first cell', async (_, first, use, second) => {
  await result(`${first}\nconst user = () => String(${use})\nuser()`)
  expect(await result(second, 'user()')).toBe("'new'")
})

test.each([
  ['of an earlier cell', 'const x = 1\n  thrower()', '2:3'],
  ['in an expression', 'const y = 1 +  thrower()', '1:16'],
  ['with ?.', '[0].map(() => thrower?.())', '1:15'],
  ['of a tag', 'let text = 1; thrower`a`', '1:15'],
  ['of a function of the same cell', 'function own(): void { thrower() }\nif (true) { own() }', '2:13'],
  ['of an imported function', "import { parse } from 'node:path'\n  parse(5 as never)", '2:3'],
])('the trace of a call %s leads to its start', async (_, code, place) => {
  await result('function thrower(...a: unknown[]): number { throw new Error("thrown") }')
  const answer = await kernel().execute(code)
  expect(traceback(answer)).toContain(` cell[${String(answer.reply['execution_count'])}]:${place}\n`)
})

test('messages of Node name variables as the cell does', async () => {
  const { reply } = await kernel().execute('const five = 5 as any; five()')
  expect(reply).toMatchObject({ ename: 'TypeError', evalue: 'five is not a function' })
})

test('a cell of 10 MB is compiled', async () => {
  expect(await result(`const big = "${'x'.repeat(1e7)}"; big.length`)).toBe('10000000')
})
