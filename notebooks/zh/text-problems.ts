import { placeholdersIn } from '@flatland/cli/src/translate-text.ts'

/**
 * What is wrong with entries from English to Chinese; empty where all is well. An entry is stale where something that it says
 * stands nowhere in the code that makes the texts: a phrase, as code may put it together from parts at any placeholder, number or
 * mark of punctuation.
 *
 * @param code of the notebook, and of what it calls
 */
export function textProblems(
  texts: readonly (readonly [english: string, chinese: string])[],
  code: string,
): string[] {
  const source = plain(code)
  return texts.flatMap(([english, chinese]) => {
    const stale = phrasesOf(english).filter(phrase => !source.includes(phrase))
    return [
      ...(chinese.trim() === '' ? [`'${english}' has no Chinese`] : []),
      ...(same(placeholdersIn(english), placeholdersIn(chinese))
        ? []
        : [`'${english}' and its Chinese have not the same placeholders`]),
      ...stale.map(phrase => `'${english}' is stale: no code says '${phrase}'`),
    ]
  })
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return [...new Set(one)].sort().join() === [...new Set(other)].sort().join()
}

/** Runs of words. */
function phrasesOf(english: string): string[] {
  return english
    .replaceAll(/\{\d+\}/g, '|')
    .split(/[^A-Za-z'’ -]+/)
    .map(phrase => plain(phrase).trim())
    .filter(phrase => /[A-Za-z]{2}/.test(phrase))
}

/** Code as if no text in it were written in several parts. */
function plain(code: string): string {
  return code
    .replaceAll(/(['"`])\s*\+\s*(['"`])/g, '')
    .replaceAll("\\'", "'")
    .replaceAll(/\s+/g, ' ')
}
