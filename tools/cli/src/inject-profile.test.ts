import { expect, test } from 'vitest'
import { injectProfile } from './inject-profile.ts'
import { code, markdown, notebook } from './test-support.ts'

const given = notebook([
  markdown('title', '# A'),
  code('p', "let profile = 'lecture'", ['hide', 'parameters']),
  code('next', 'profile'),
])

test('the profile is set in a cell of its own right after the parameters', () => {
  const cells = injectProfile(given, 'smoke')?.cells ?? []
  expect(cells.map(cell => cell['id'])).toEqual(['title', 'p', 'injected-parameters', 'next'])
  expect(cells[2]).toMatchObject({ cell_type: 'code', metadata: { tags: ['injected-parameters'] } })
  expect(String(cells[2]?.['source']).split('\n').at(-1)).toBe("profile = 'smoke'")
  expect(given.cells).toHaveLength(3)
})

test('an earlier injection is replaced', () => {
  const once = injectProfile(given, 'smoke')
  const twice = once && injectProfile(once, 'paper')
  expect(twice).toEqual(injectProfile(given, 'paper'))
})

test('no cell id where the format has none', () => {
  const old = { ...given, nbformat_minor: 4 }
  expect(injectProfile(old, 'smoke')?.cells[2]).not.toHaveProperty('id')
})

test('a notebook without parameters takes no profile', () => {
  expect(injectProfile(notebook([code('a', '1')]), 'smoke')).toBeUndefined()
})
