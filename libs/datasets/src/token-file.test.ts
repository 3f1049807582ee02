import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTokenFile, encodeTokenFile } from './token-file.ts'

fc.configureGlobal({ seed: 1 })

const documents = fc.array(fc.uint16Array({ maxLength: 20 }), { maxLength: 6 })

test('gives back the documents that were written, empty ones too', () => {
  fc.assert(
    fc.property(documents, written => {
      expect(decodeTokenFile(encodeTokenFile(written))).toEqual(written)
    }),
  )
})

test('is little-endian: count, lengths, tokens', () => {
  const bytes = encodeTokenFile([Uint16Array.of(0x0102), Uint16Array.of()])
  expect([...bytes]).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1])
})

test('refuses a file that is cut or has more', () => {
  fc.assert(
    fc.property(documents, written => {
      const bytes = encodeTokenFile(written)
      for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)]), Buffer.of()])
        expect(() => decodeTokenFile(wrong)).toThrow(`A file of tokens has ${wrong.length} bytes`)
    }),
  )
})
