import { expect, test } from 'vitest'
import { preformatted } from './preformatted.ts'

const text = (said: string) => ({ kind: 'text' as const, text: said })

test('an indented paragraph keeps its lines, without its margin', () => {
  expect(
    preformatted([text('The step\n\n  θ ← θ − η g,   η > 0\n    where g = ∇L\n\nand no other.')]),
  ).toEqual([text('The step\n\n```text\nθ ← θ − η g,   η > 0\n  where g = ∇L\n```\n\nand no other.')])
  expect(preformatted([text('  a   b')])).toEqual([text('```text\na   b\n```\n')])
})

test('code inside of it is part of it, a link divides', () => {
  const code = { kind: 'code' as const, text: '`post`' }
  const link = { kind: 'inline-tag' as const, tag: '@link' as const, text: 'other' }
  expect(preformatted([text('x\n\n  head  '), code, text(' or\n  more')])).toEqual([
    text('x\n\n```text\nhead  `post` or\nmore\n```\n'),
  ])
  expect(preformatted([text('see '), link, text('.')])).toEqual([text('see '), link, text('.')])
})

test('what is only continued stays prose: lists, and lines within a paragraph', () => {
  for (const prose of ['- a point\n  that goes on\n- another', 'one line\n  and another', '```ts\nf()\n```'])
    expect(preformatted([text(prose)])).toEqual([text(prose)])
})
