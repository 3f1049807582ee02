import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { injectParameters } from './inject-parameters.ts'
import type { ParameterValue } from './parameter-type.ts'
import { code, markdown, notebook } from './test-support.ts'

const given = notebook([
  markdown('title', '# A'),
  code('p', "let profile = 'lecture'\nlet sizes = [1]", ['hide', 'parameters']),
  code('next', 'profile'),
])
const values = (entries: Record<string, ParameterValue>) => new Map(Object.entries(entries))

test('the values are assigned in one cell, right after the parameters', () => {
  const { cells } = injectParameters(given, values({ profile: 'smoke', sizes: [1, 32], warm: true }))
  expect(cells.map(cell => cell['id'])).toEqual(['title', 'p', 'injected-parameters', 'next'])
  expect(cells[2]).toMatchObject({ cell_type: 'code', metadata: { tags: ['injected-parameters'] } })
  expect(cells[2]?.source).toBe("// Parameters\nprofile = 'smoke'\nsizes = [1, 32]\nwarm = true")
  expect(given.cells).toHaveLength(3)
})

test('an earlier injection is replaced', () => {
  const once = injectParameters(given, values({ profile: 'smoke' }))
  const twice = injectParameters(once, values({ profile: 'paper' }))
  expect(twice).toEqual(injectParameters(given, values({ profile: 'paper' })))
})

test('no cell id where the format has none', () => {
  const old = { ...given, nbformat_minor: 4 }
  expect(injectParameters(old, values({ profile: 'smoke' })).cells[2]).not.toHaveProperty('id')
})

test('nothing to set leaves the notebook as it is', () => {
  expect(injectParameters(given, values({}))).toBe(given)
})

test('the cell holds every value exactly, whatever characters are in it', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  )
  fc.assert(
    fc.property(fc.array(value), sizes => {
      const source = injectParameters(given, values({ sizes })).cells[2]?.source
      expect(JSON.stringify(runInNewContext(`let sizes\n${String(source)}\nsizes`))).toBe(
        JSON.stringify(sizes),
      )
    }),
  )
})
