import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'
import { readChecked } from './checked-file.ts'
import type { Hash } from './checked-file.ts'
import { writeWhole } from './data-files.ts'
import { englishDocuments } from './english-documents.ts'
import { byHundredths } from './progress.ts'
import type { FetchOptions } from './progress.ts'
import { decodeTokenFile, encodeTokenFile } from './token-file.ts'
import { wordPieces, wordPiecesHash } from './word-pieces.ts'

/** The tokens of each document, in its order. */
export interface EnglishTokens {
  readonly train: readonly Uint16Array[]
  readonly test: readonly Uint16Array[]
}

/** By the pieces, so that tokens of other ones are never found under that name. */
const pieces = wordPiecesHash.slice('sha256:'.length, 'sha256:'.length + 8)

const hashes: Readonly<Record<'train' | 'test', Hash>> = {
  train: 'sha256:c0ca2202e2602028cb0322fbd40cc80480b560321fb97af76fafa1250dda4053',
  test: 'sha256:803f07d0a8d81d1ebd9007472e0b50325533d9c9957dbbafe0dd959b19b9f16e',
}

/**
 * The documents of `englishDocuments` in tokens. The first use makes them, in about 20 s, and keeps them in the cache (11 MB).
 *
 * @throws Error as `englishDocuments`; or if the tokens that were made or found are not the expected ones: they are then set
 * aside as `<file>.wrong-hash`
 */
export async function englishTokens(options: FetchOptions = {}): Promise<EnglishTokens> {
  const paths = { train: tokenPath('train'), test: tokenPath('test') }
  if (!existsSync(paths.train) || !existsSync(paths.test)) {
    const { train, test } = await makeTokens(options)
    await writeWhole(paths.train, encodeTokenFile(train))
    await writeWhole(paths.test, encodeTokenFile(test))
  }
  const remedy = 'Run again to make it afresh.'
  const [train, test] = await Promise.all([
    readChecked(paths.train, { expected: hashes.train, remedy }),
    readChecked(paths.test, { expected: hashes.test, remedy }),
  ])
  return { train: decodeTokenFile(train), test: decodeTokenFile(test) }
}

function tokenPath(part: 'train' | 'test'): string {
  return join(cacheDirectory(), 'datasets', 'english', `${part}-${pieces}.bin`)
}

async function makeTokens({ onProgress = () => undefined }: FetchOptions): Promise<EnglishTokens> {
  const documents = await englishDocuments({ onProgress })
  const { encode } = await wordPieces()
  const total = documents.reduce((sum, { text }) => sum + text.length, 0)
  const report = byHundredths(onProgress, total, 'English text: splitting into tokens (characters)')
  let done = 0
  report(done)
  const parts = { train: [] as Uint16Array[], test: [] as Uint16Array[] }
  for (const { part, text } of documents) {
    parts[part].push(Uint16Array.from(encode(text).tokens))
    report((done += text.length))
  }
  return parts
}
