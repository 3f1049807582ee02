import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readParameters } from './notebook-parameters.ts'
import { parameterValues } from './parameter-values.ts'
import { code, notebook } from './test-support.ts'
import { UsageError } from './usage-error.ts'

const cell = `let profile: 'smoke' | 'lecture' = 'lecture'
let rate = 0.1 // from 1e-6 to 1
let seed = 0 // whole, from 0
let sizes = [1, 32] // whole, from 1 to 100
let name = 'x'
let warm = true
let start: number | 'auto' = 'auto'
let when = new Date()`
const parameters = readParameters(notebook([code('p', cell, ['parameters'])])) ?? []
const valuesOf = (...texts: string[]) => Object.fromEntries(parameterValues(texts, parameters))

test.each([
  ['profile=smoke', 'smoke'],
  ['profile="smoke"', 'smoke'],
  ['rate=1e-6', 1e-6],
  ['rate = 1', 1],
  ['seed=7', 7],
  ['sizes=[1,32,100]', [1, 32, 100]],
  ['sizes=[]', []],
  // Text may hold whatever JSON would take for something else.
  ['name=1', '1'],
  ['name="1"', '1'],
  ['name=a=b', 'a=b'],
  ['name=', ''],
  ['warm=false', false],
  ['start=3', 3],
  ['start=auto', 'auto'],
])('%s', (text, value) => {
  expect(valuesOf(text)).toEqual({ [text.split('=')[0]?.trim() ?? '']: value })
})

test.each([
  [
    'rat=1',
    "the notebook has no parameter 'rat'. (Did you mean rate?) Parameters: profile, rate, seed, sizes",
  ],
  ['nothing', "'nothing' sets nothing: write name=value"],
  ['=1', "'=1' sets nothing"],
  ['profile=smok', 'profile=smok: profile takes smoke | lecture. (Did you mean smoke?)'],
  ['rate=2', 'rate=2: rate takes number (from 0.000001 to 1).'],
  ['rate=0', 'rate takes number (from'],
  ['rate=1e999', 'rate takes number (from'],
  ['rate=fast', 'rate takes number (from'],
  ['rate="1"', 'rate takes number (from'],
  ['rate=NaN', 'rate takes number (from'],
  ['seed=1.5', 'seed=1.5: seed takes number (whole, from 0).'],
  ['seed=-1', 'seed takes number (whole, from 0)'],
  ['sizes=32', 'sizes=32: sizes takes number[] (whole, from 1 to 100).'],
  ['sizes=[1,101]', 'sizes takes number[]'],
  ['sizes=[1,"2"]', 'sizes takes number[]'],
  ['warm=yes', 'warm=yes: warm takes boolean.'],
  ['start=fast', 'start takes number | auto'],
  ['when=now', 'when (of no known type) can be set in the notebook alone'],
])('%s is refused with what is allowed', (text, reason) => {
  expect(() => valuesOf(text)).toThrow(UsageError)
  expect(() => valuesOf(text)).toThrow(reason)
})

test('given twice: the same value is one, different ones are refused', () => {
  expect(valuesOf('rate=0.5', 'seed=1', 'rate=0.50')).toEqual({ rate: 0.5, seed: 1 })
  expect(() => valuesOf('profile=smoke', 'profile=lecture')).toThrow(
    'profile is given twice: as smoke and as lecture.',
  )
})

test('whatever JSON can say of the type is read as JSON has it', () => {
  fc.assert(
    fc.property(fc.string(), fc.double({ min: 1e-6, max: 1, noNaN: true }), (name, rate) => {
      const given = [`name=${JSON.stringify(name)}`, `rate=${JSON.stringify(rate)}`]
      expect(valuesOf(...given)).toEqual({ name, rate })
    }),
  )
})
