import { expect, test } from 'vitest'
import { withInterruptPoints } from './interrupt-points.ts'

test.each([
  ['const x = await f()', 'const x = await __awaited(f())'],
  ['await (await a).b', 'await __awaited((await __awaited(a)).b)'],
  ['for (;;) await f()', 'for (;;) { __resumed(); await __awaited(f()) }'],
  ['while (x) {\n  await f()\n}\ndone()', 'while (x) { __resumed(); {\n  await __awaited(f())\n} }\ndone()'],
  ['for (;;) items.map(async i => { await i })', 'for (;;) items.map(async i => { await __awaited(i) })'],
  [
    'outer: for await (const x of y) { continue outer }',
    'outer: for await (const x of y) { __resumed(); { continue outer } }',
  ],
  ['do await f()\nwhile (x)', 'do { __resumed(); await __awaited(f()) }\nwhile (x)'],
  ['for(;;){await(0,m.f)()}', 'for(;;){ __resumed(); {await __awaited((0,m.f)())} }'],
  ['const text = "await"', 'const text = "await"'],
])('%s', (code, expected) => {
  const inside = (text: string) => `async () => { ${text} }`
  expect(withInterruptPoints(inside(code)).toString().replaceAll('  __', ' __')).toBe(inside(expected))
})
