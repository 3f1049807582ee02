import { claimsTable, jupyterDisplay, type Claim } from '@flatland/charts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimsOf } from './claims-of.ts'
import { code, notebook } from './test-support.ts'

/** A cell that shows the claims as a notebook does; Jupyter may keep the text line by line. */
function shown(claims: readonly Claim[]) {
  const data = claimsTable(claims)[jupyterDisplay]()
  const lines = data['text/markdown'].split(/(?<=\n)/)
  return {
    ...code('c', ''),
    outputs: [{ output_type: 'execute_result', data: { ...data, 'text/markdown': lines } }],
  }
}

test('what claimsTable shows is read back, whatever characters are in it', () => {
  const characters = Array.from(' |\\<>&*_`{}[]~$#ltamp;é')
  const text = fc.string({ unit: fc.constantFrom(...characters) })
  const claim = fc.record({
    statement: text,
    source: text,
    measured: text,
    verdict: fc.constantFrom('holds' as const, 'does not hold' as const, 'this profile cannot tell' as const),
  })
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 3 }), claims => {
      expect(claimsOf(notebook([code('a', '1'), shown(claims)]))).toEqual(claims)
    }),
  )
})

test('other outputs and other tables hold no claims', () => {
  const outputs = [
    { output_type: 'stream', name: 'stdout', text: '| Claim |' },
    { output_type: 'display_data', data: { 'text/markdown': '| a | b |\n| --- | --- |\n| 1 | 2 |' } },
  ]
  expect(claimsOf(notebook([{ ...code('c', ''), outputs }]))).toEqual([])
})
