import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { findNotebook } from './notebooks.ts'
import { NOTEBOOKS } from './repository.ts'
import { UsageError } from './usage-error.ts'

/** The prose of one cell in the reader's language. */
export interface ProseBlock {
  /** Of the cell. */
  readonly id: string
  /** Of the source that was translated, as {@link sourceHash} has it. */
  readonly hash: string
  readonly text: string
}

/** What one notebook says, in Chinese. */
export interface Translation {
  readonly prose: readonly ProseBlock[]
  /** What outputs say: from English to Chinese, with placeholders; see `textTranslator`. */
  readonly texts: readonly (readonly [english: string, chinese: string])[]
}

/** Where translations into Chinese are kept. */
export const CHINESE_FOLDER = join(NOTEBOOKS, 'zh')

/**
 * The name of the notebook that an executed file is of: `05-time-per-update` of `out/05-time-per-update.smoke.ipynb`, or of
 * `05.lecture`.
 *
 * @throws UsageError when it is none of the committed notebooks
 */
export function notebookNameOf(stem: string): string {
  return findNotebook(stem.split('.')[0] ?? '').name
}

/**
 * Reads `NN-name.md` and `NN-name.json`, and the entries that all notebooks share, over which the notebook's own win.
 *
 * @param stem of the file; see {@link notebookNameOf}
 * @throws UsageError when there is no translation, as of a user's own notebook
 * @throws Error when a file is not in its form
 */
export function readTranslation(stem: string, folder = CHINESE_FOLDER): Translation {
  const name = stem.split('.')[0] ?? ''
  const prose = join(folder, `${name}.md`)
  const texts = join(folder, `${name}.json`)
  const absent = [prose, texts].find(file => !existsSync(file))
  if (absent !== undefined) {
    throw new UsageError(
      `--lang zh: '${name}' has no translation (${absent} is missing); only the notebooks of flatland have one. Leave out --lang.`,
    )
  }
  return {
    prose: parseProse(readFileSync(prose, 'utf8')),
    texts: [...readTexts(join(folder, 'common.json')), ...readTexts(texts)],
  }
}

/** The entries of one file of texts. */
export function readTexts(file: string): [english: string, chinese: string][] {
  try {
    return Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8'))))
  } catch (error) {
    throw new Error(`${file} is no JSON object from English to Chinese texts: ${String(error)}`, {
      cause: error,
    })
  }
}

/**
 * Prose as it is kept: a page of Markdown with a marker line before what a cell says, `<!-- cell-03 · 1a2b3c4d -->`.
 *
 * @throws Error when there is text before the first marker
 */
export function parseProse(page: string): ProseBlock[] {
  const [before = '', ...parts] = page.split(MARKER)
  if (before.trim() !== '') {
    throw new Error(
      `prose begins with a marker such as ${proseMarker('cell-00', '')}, not with '${before.trim().slice(0, 40)}'`,
    )
  }
  return Array.from({ length: parts.length / 3 }, (_, i) => {
    const [id = '', hash = '', text = ''] = parts.slice(3 * i)
    return { id, hash, text: text.trim() }
  })
}

const MARKER = /^<!-- ([\w-]+) · ([0-9a-f]{8}) -->$/m

/** The line before the prose of a cell. */
export function proseMarker(id: string, english: string): string {
  return `<!-- ${id} · ${sourceHash(english)} -->`
}

/** The first 8 hex digits of the SHA-256 of a cell's source as UTF-8: a changed cell makes its translation stale. */
export function sourceHash(english: string): string {
  return createHash('sha256').update(english).digest('hex').slice(0, 8)
}
