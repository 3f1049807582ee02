import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openNotebook } from './open-notebook.ts'

const { folder, kernel } = openNotebook()

beforeAll(async () => {
  folder.writeSource(
    'plots',
    'src/index.ts',
    `/** What to draw. */
export interface Drawing {
  /** Above it. */
  title: string
  /** How it looks. */
  mode?: 'lines' | 'dots'
}

/**
 * Draws; see {@link Drawing}.
 *
 * @param drawing what to draw
 * @throws RangeError when there is nothing
 * @example draw({ title: 'Loss' })
 */
export function draw(drawing: Drawing): void {}

/** Documented where it is declared. */
declare function hidden(n: number): number
export declare const visible: typeof hidden
`,
  )
  writeFileSync(join(folder.path, 'helper.ts'), 'export const helper = 1\n')
  await kernel().execute(
    "import { draw, visible } from 'fixture-plots'\n/** How fast. */\nconst learningSpeed = 0.1",
  )
})
/** Asks at the place marked by `^`; Jupyter counts characters. */
async function ask(type: string, marked: string): Promise<Record<string, unknown>> {
  const code = marked.replace('^', '')
  const cursor_pos = Array.from(marked).indexOf('^')
  return (await kernel().request(type, { code, cursor_pos, detail_level: 1 })).reply
}
const complete = (marked: string) => ask('complete_request', marked)
const inspect = (marked: string) => ask('inspect_request', marked)

/** The code as it is when the first match is taken. */
async function completed(marked: string): Promise<string> {
  const { matches, cursor_start, cursor_end } = await complete(marked)
  const code = Array.from(marked.replace('^', ''))
  code.splice(
    Number(cursor_start),
    Number(cursor_end) - Number(cursor_start),
    (matches as string[])[0] ?? '?',
  )
  return code.join('')
}

test.each([
  ['a variable', 'learningSp^', 'learningSpeed'],
  ['behind characters of two units', '"🙂🙂"; learningSp^', '"🙂🙂"; learningSpeed'],
  [
    'behind lines that end in CR LF',
    '// 🙂\r\nlet a = 1\r\nlearningSp^ + a',
    '// 🙂\r\nlet a = 1\r\nlearningSpeed + a',
  ],
  ['in the middle of a name', 'learn^ingSp', 'learningSpeed'],
  ['a member', 'Math.hyp^', 'Math.hypot'],
  ['a name that begins with underscores', 'const __rate = 1; __ra^', 'const __rate = 1; __rate'],
  [
    'a member of what is exported',
    'export const list = [1]; list.findLastI^',
    'export const list = [1]; list.findLastIndex',
  ],
  ['a property of an argument', 'draw({ ti^ })', 'draw({ title })'],
  ['the value of a property', "draw({ title: 'a', mode: 'li^' })", "draw({ title: 'a', mode: 'lines' })"],
  ['a package', "import { draw } from 'fixture-pl^'", "import { draw } from 'fixture-plots'"],
  [
    'a package, in quotes still open',
    "import { draw } from 'fixture-pl^",
    "import { draw } from 'fixture-plots",
  ],
  ['a file', "import { helper } from './hel^'", "import { helper } from './helper.ts'"],
  [
    'a file, behind an emoji',
    "'🙂'; import { helper } from './hel^'",
    "'🙂'; import { helper } from './helper.ts'",
  ],
])('completes %s', async (_, marked, code) => {
  expect(await completed(marked)).toBe(code)
})

test('completes all that can follow', async () => {
  expect((await complete('draw({ ^ })'))['matches']).toEqual(['title', 'mode'])
  const { matches, metadata } = await complete('Math.^')
  expect(matches).toContain('sqrt')
  expect(metadata).toMatchObject({
    _jupyter_types_experimental: expect.arrayContaining([
      { text: 'sqrt', type: 'method', start: 5, end: 5 },
    ]) as unknown,
  })
})

test('completes nothing inside a string of no meaning', async () => {
  expect((await complete('const s = "learningSp^"'))['matches']).toEqual([])
  expect((await complete("import './nowhere^'"))['matches']).toEqual([])
})

const signature = '(alias) function draw(drawing: Drawing): void'

test('inspects: signature, documentation, tags', async () => {
  expect((await inspect('dr^aw'))['data']).toEqual({
    'text/plain':
      `${signature}\n\nDraws; see \`Drawing\`.\n\n@param drawing what to draw\n` +
      "@throws RangeError when there is nothing\n@example draw({ title: 'Loss' })",
    'text/markdown':
      `\`\`\`ts\n${signature}\n\`\`\`\n\nDraws; see \`Drawing\`.\n\n*@param* \`drawing\` what to draw\n\n` +
      "*@throws* RangeError when there is nothing\n\n*@example*\n```ts\ndraw({ title: 'Loss' })\n```",
  })
})

test.each([
  ['at the start of a name', '^draw', signature],
  ['at its end', 'draw^', signature],
  ['between the brackets of a call', 'draw(^)', 'draw(drawing: Drawing): void\n\nDraws'],
  ['in a call that is not finished', 'draw({ title: "" }, ^', 'draw(drawing: Drawing): void\n\nDraws'],
  [
    'the argument rather than the call',
    'draw({ tit^le: "" })',
    '(property) Drawing.title: string\n\nAbove it.',
  ],
  ['behind emoji and CR LF', '"🙂"\r\nlearning^Speed', 'const learningSpeed: 0.1\n\nHow fast.'],
  ['what is documented by its type', 'visible^', 'Documented where it is declared.'],
])('inspects %s', async (_, marked, text) => {
  const { found, data } = await inspect(marked)
  expect(found).toBe(true)
  expect((data as Record<string, string>)['text/plain']).toContain(text)
})

test.each([
  {},
  { code: 'draw', cursor_pos: 99 },
  { code: 'draw', cursor_pos: -1 },
  { code: 'draw', cursor_pos: 'x' },
  { code: 7, cursor_pos: 0 },
  { code: '', cursor_pos: 0 },
  { code: 'break ^', cursor_pos: 6 },
  { code: '`${', cursor_pos: 3 },
  { code: 'import {', cursor_pos: 8 },
])('answers whatever it is asked: %j', async content => {
  for (const type of ['complete_request', 'inspect_request']) {
    expect((await kernel().request(type, content)).reply['status']).toBe('ok')
  }
})

test('leaves the next cell as it is', async () => {
  void complete('let learningSpeed = "half a cell^')
  void inspect('class draw {^')
  const answer = await kernel().execute('learningSpeed.toFixed(1)')
  expect(answer.of('execute_result')).toMatchObject([{ data: { 'text/plain': "'0.1'" } }])
})
