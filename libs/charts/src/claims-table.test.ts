import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jupyterDisplay } from './chart.ts'
import { claimsTable, judge } from './claims-table.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })

describe('judge', () => {
  test.each([
    [{ lower: 2, upper: 4 }, { atLeast: 2 }, 'holds'],
    [{ lower: 2, upper: 4 }, { atLeast: 3 }, 'this profile cannot tell'],
    [{ lower: 2, upper: 4 }, { atLeast: 5 }, 'does not hold'],
    [{ lower: 2, upper: 4 }, { atMost: 4 }, 'holds'],
    [{ lower: 2, upper: 4 }, { atMost: 3 }, 'this profile cannot tell'],
    [{ lower: 2, upper: 4 }, { atMost: 1 }, 'does not hold'],
  ] as const)('%j against %j: %s', (interval, bound, verdict) => {
    expect(judge({ value: 3, ...interval }, bound)).toBe(verdict)
  })

  test.each([
    { value: NaN, lower: 2, upper: 4 },
    { value: 3, lower: NaN, upper: 4 },
    { value: 3, lower: 2, upper: NaN },
  ])('%o cannot be told against any bound', measured => {
    for (const bound of [1, 3, 5]) {
      expect(judge(measured, { atLeast: bound })).toBe('this profile cannot tell')
      expect(judge(measured, { atMost: bound })).toBe('this profile cannot tell')
    }
  })

  test('what was not measured cannot be told', () => {
    expect(judge(undefined, { atLeast: 0 })).toBe('this profile cannot tell')
  })

  test('turning signs turns atLeast into atMost', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, bound) => {
        const [lower, upper] = a < b ? [a, b] : [b, a]
        const turned = { value: 0, lower: -upper, upper: -lower }
        expect(judge({ value: 0, lower, upper }, { atLeast: bound })).toBe(judge(turned, { atMost: -bound }))
      }),
    )
  })
})

describe('claimsTable', () => {
  const claim = {
    statement: 'a <b>|x|</b> & *y*',
    source: 'note',
    measured: '1 ms',
    verdict: 'holds',
  } as const

  test('escapes what Markdown and HTML would read as markup', () => {
    const markdown = claimsTable([claim])[jupyterDisplay]()['text/markdown']
    expect(markdown.split('\n')[2]).toBe(
      '| a &lt;b&gt;\\|x\\|&lt;/b&gt; &amp; \\*y\\* | note | 1 ms | holds |',
    )
  })

  test('the plain text says the same', () => {
    expect(claimsTable([claim])[jupyterDisplay]()['text/plain']).toContain('holds: a <b>|x|</b> & *y*')
  })

  test('no claims are refused', () => {
    expect(() => claimsTable([])).toThrow('there are no claims')
  })
})
