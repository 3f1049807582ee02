import { expect, test } from 'vitest'
import { pictureOf } from './picture-of.ts'

const cell = (outputs: object[], tags?: string[]) => ({
  cell_type: 'code',
  metadata: tags === undefined ? {} : { tags },
  source: 'chart',
  outputs,
})
const drawn = (svg: string | string[]) => ({ output_type: 'display_data', data: { 'image/svg+xml': svg } })
const executed = (...cells: ReturnType<typeof cell>[]) => ({ nbformat: 4 as const, nbformat_minor: 5, cells })

test('the first drawn chart of the tagged cell, in one piece', () => {
  const printed = { output_type: 'stream', text: 'a line' }
  const chosen = cell([printed, drawn(['<svg>', 'ours</svg>']), drawn('<svg>last</svg>')], ['picture'])
  expect(pictureOf(executed(cell([drawn('<svg>first</svg>')]), chosen))).toBe('<svg>ours</svg>')
})

test.each([
  ['no cell is tagged picture', cell([drawn('<svg/>')], ['parameters'])],
  ['shows no drawn chart', cell([{ output_type: 'stream', text: '<svg/>' }], ['picture'])],
  ['has 100000 bytes', cell([drawn('é'.repeat(50_000))], ['picture'])],
])('%s: said', (reason, only) => {
  expect(() => pictureOf(executed(only))).toThrow(reason)
})
