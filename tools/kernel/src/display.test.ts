import { expect, test } from 'vitest'
import { displayMethod, mimeBundle } from './display.ts'

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

test('a method that gives no bundle is no display method', () => {
  const value = { [displayMethod]: () => 'text', a: 1 }
  expect(mimeBundle(value)).toMatchObject({ 'text/plain': expect.stringContaining('a: 1') as string })
})
