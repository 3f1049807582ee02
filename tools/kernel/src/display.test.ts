import { expect, test } from 'vitest'
import { displayMethod, liveBundle, liveDisplayMethod, mimeBundle } from './display.ts'

test('values without a display method are shown as text', () => {
  expect([7, 'a', null, { b: [1] }].map(mimeBundle)).toEqual(
    ['7', "'a'", 'null', '{ b: [ 1 ] }'].map(text => ({ 'text/plain': text })),
  )
})

test('a bundle is taken as it is', () => {
  const bundle = { 'text/plain': 'chart', 'application/vnd.vegalite.v5+json': { mark: 'line' } }
  expect(mimeBundle({ [displayMethod]: () => bundle })).toEqual(bundle)
})

test('bytes become base64, and text is added', () => {
  class Picture {
    [displayMethod]() {
      return { 'image/png': new Uint8Array([1, 2, 3]) }
    }
  }
  expect(mimeBundle(new Picture())).toEqual({ 'image/png': 'AQID', 'text/plain': 'Picture {}' })
})

test('a promise of a bundle is a promise of what is shown', async () => {
  const shown = mimeBundle({ [displayMethod]: () => Promise.resolve({ 'text/plain': 'later' }) })
  expect(shown).toBeInstanceOf(Promise)
  await expect(shown).resolves.toEqual({ 'text/plain': 'later' })
})

test('any object with a `then` is a promise of a bundle', async () => {
  const later = {
    then: (resolve: (bundle: object) => void) => {
      resolve({ 'text/plain': 'later' })
    },
  }
  for (const shown of [
    mimeBundle({ [displayMethod]: () => later }),
    liveBundle({ [liveDisplayMethod]: () => later }),
  ]) {
    expect(shown).toBeInstanceOf(Promise)
    await expect(shown).resolves.toEqual({ 'text/plain': 'later' })
  }
  const failing = {
    then: (_: unknown, reject: (error: Error) => void) => {
      reject(new Error('no chart'))
    },
  }
  await expect(mimeBundle({ [displayMethod]: () => failing })).rejects.toThrow('no chart')
})

test('a method that gives no bundle is no display method', () => {
  const value = { [displayMethod]: () => 'text', a: 1 }
  expect(mimeBundle(value)).toMatchObject({ 'text/plain': expect.stringContaining('a: 1') as string })
})

test.each([
  ['a cycle', circular(), 'Converting circular structure to JSON'],
  ['a bigint', { n: 1n }, 'Do not know how to serialize a BigInt'],
  ['a function', () => 1, 'it is [Function'],
  ['nothing', undefined, 'it is undefined'],
])('%s is no content: one clear error', async (_, content, reason) => {
  const show = () => mimeBundle({ [displayMethod]: () => ({ 'application/json': content }) })
  expect(show).toThrow(TypeError)
  expect(show).toThrow(`gives application/json that is neither text, bytes nor JSON (${reason}`)
  const later = mimeBundle({ [displayMethod]: () => Promise.resolve({ 'application/json': content }) })
  await expect(later).rejects.toThrow('put in numbers, texts, lists and plain objects only')
})

function circular(): object {
  const self: Record<string, unknown> = {}
  self['self'] = self
  return self
}

test('numbers and null are JSON', () => {
  const bundle = { 'text/plain': '', 'application/json': null, 'application/x+json': 5 }
  expect(mimeBundle({ [displayMethod]: () => bundle })).toEqual(bundle)
})

test('an error as a value is its text, up to where the code of the cell ends', () => {
  const error = new TypeError('no such layer', { cause: new Error('no file') })
  const internal = `    at run (${import.meta.dirname}/session.ts:1:1)\n    at node:internal/x:1:1`
  error.stack = `TypeError: no such layer\n    at build (notebook:cell[3]:2:7)\n${internal}`
  const text = String((mimeBundle(error) as Record<string, string>)['text/plain'])
  expect(text).toContain('TypeError: no such layer\n    at build (cell[3]:2:7)')
  expect(text).toContain('no file')
  expect(text).not.toContain('session.ts')
  expect(text).not.toContain('node:internal')
})

test('a display method wins over the view of a kind', () => {
  const rows = Object.assign([{ a: 1 }], { [displayMethod]: () => ({ 'text/plain': 'mine' }) })
  expect(mimeBundle(rows)).toEqual({ 'text/plain': 'mine' })
})

test('only a live display method gives a live form', () => {
  expect(liveBundle({ [liveDisplayMethod]: () => ({ 'text/plain': 'so far' }) })).toEqual({
    'text/plain': 'so far',
  })
  expect([{ [displayMethod]: () => ({}) }, [{ a: 1 }], 5, null].map(liveBundle)).toEqual(
    Array(4).fill(undefined),
  )
})
