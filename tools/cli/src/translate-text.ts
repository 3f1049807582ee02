/** A text in the reader's language, or as it was, with what of it has no translation. */
interface Translated {
  readonly text: string
  /** The texts that have none; empty where `text` is translated. */
  readonly missing: readonly string[]
}

export type TranslateText = (text: string) => Translated

/**
 * Translates what notebooks show, by entries from English to another language. Placeholders `{0}`, `{1}` … of an entry stand
 * for what varies. A text is looked up
 *
 * 1. exactly, but for the width of white space;
 * 2. by template, the one with the most literal characters first; what a placeholder holds is translated likewise;
 * 3. as a list joined by `; `, ` · ` or `, `, all of whose pieces can be translated.
 *
 * A text without a word needs no entry: one without two Latin letters in a row, such as `3.2e-5`, `η/B` or `x² − y²`.
 *
 * @param entries later ones win
 *
 * @example
 * const translate = textTranslator([['time', '时间'], ['{0} at batch size {1}', '批量大小 {1} 时的{0}']])
 * translate('time at batch size 16').text // '批量大小 16 时的时间'
 */
export function textTranslator(
  entries: Iterable<readonly [english: string, translation: string]>,
): TranslateText {
  const exact = new Map([...entries].map(([english, translation]) => [oneSpace(english), translation]))
  const templates = [...exact.keys()]
    .filter(english => PLACEHOLDER.test(english))
    .map(templateOf)
    .toSorted((a, b) => b.literals - a.literals)
  const done = new Map<string, Translated>()

  function translate(text: string): Translated {
    if (!hasWords(text)) return { text, missing: [] }
    const wanted = oneSpace(text)
    const found = done.get(wanted) ?? byEntry(wanted) ?? byList(wanted) ?? { text: wanted, missing: [wanted] }
    done.set(wanted, found)
    return found.missing.length === 0 ? found : { text, missing: found.missing }
  }

  /** Exactly or by template; where the parts that the first template leaves have none, they are what is missing. */
  function byEntry(text: string): Translated | undefined {
    const whole = exact.get(text)
    if (whole !== undefined) return { text: whole, missing: [] }
    let first: Translated | undefined
    for (const { english, pattern, numbers } of templates) {
      const held = pattern.exec(text)?.slice(1).map(translate)
      if (held === undefined) continue
      const missing = held.flatMap(each => each.missing)
      const byNumber = new Map(numbers.map((number, i) => [number, held[i]?.text ?? '']))
      const filled = (exact.get(english) ?? '').replaceAll(
        new RegExp(PLACEHOLDER, 'g'),
        (mark, number: string) => byNumber.get(number) ?? mark,
      )
      first ??= { text: filled, missing }
      if (missing.length === 0) return { text: filled, missing }
    }
    return first
  }

  function byList(text: string): Translated | undefined {
    for (const [separator, joint] of SEPARATORS) {
      const parts = text.split(separator)
      if (parts.length === 1) continue
      const pieces = parts.map(translate)
      const missing = pieces.flatMap(each => each.missing)
      // One known piece tells a list from a sentence with commas.
      const isList = parts.some((part, i) => hasWords(part) && pieces[i]?.missing.length === 0)
      if (missing.length === 0 || isList) return { text: pieces.map(each => each.text).join(joint), missing }
    }
    return undefined
  }

  return translate
}

const SEPARATORS = [
  ['; ', '；'],
  [' · ', ' · '],
  [', ', '，'],
] as const

const PLACEHOLDER = /\{(\d+)\}/

/** The numbers of a text's placeholders, in order, as often as they stand there. */
export function placeholdersIn(text: string): string[] {
  return Array.from(text.matchAll(new RegExp(PLACEHOLDER, 'g')), ([, number = '']) => number)
}

/** Whether there is anything to translate. */
export function hasWords(text: string): boolean {
  return /[A-Za-z]{2}/.test(text.replaceAll(/\d[eE][-+]?\d/g, '0'))
}

interface Template {
  readonly english: string
  readonly pattern: RegExp
  /** Of its placeholders, in the order of the pattern's groups. */
  readonly numbers: readonly string[]
  readonly literals: number
}

function templateOf(english: string): Template {
  const numbers: string[] = []
  const parts = english.split(/(\{\d+\})/)
  const source = parts.map(part => {
    const [, number] = /^\{(\d+)\}$/.exec(part) ?? []
    if (number === undefined) return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    const before = numbers.indexOf(number)
    if (before >= 0) return `\\${before + 1}(?!\\d)`
    numbers.push(number)
    return '(.+?)'
  })
  const literals = english.replaceAll(/\{\d+\}/g, '').length
  return { english, pattern: new RegExp(`^${source.join('')}$`, 's'), numbers, literals }
}

function oneSpace(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
