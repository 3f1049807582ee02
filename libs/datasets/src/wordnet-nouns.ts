/** What WordNet calls its lexicographer files of nouns, by their number less 3. */
const categories =
  'Tops act animal artifact attribute body cognition communication event feeling food group location motive object person ' +
  'phenomenon plant possession process quantity relation shape state substance time'
const names = categories.split(' ')

export interface Definition {
  /** What the word is that is defined: `animal`, `person`. */
  readonly category: string
  /** The definition alone, without the word and without examples. */
  readonly text: string
}

/**
 * The definitions in WordNet's file `data.noun`, in its order. Each text comes once; one that defines words of two categories
 * is left out.
 *
 * @throws Error if a line is not as the format has it, or names no category
 * @see Princeton University, "WordNet", wndb(5WN) and lexnames(5WN).
 */
export function parseWordnetNouns(contents: string): Definition[] {
  const found = new Map<string, string | undefined>()
  for (const line of contents.split('\n')) {
    if (line === '' || line.startsWith(' ')) continue // the licence
    const { category, text } = parseLine(line)
    found.set(text, found.has(text) && found.get(text) !== category ? undefined : category)
  }
  return [...found].flatMap(([text, category]) => (category === undefined ? [] : [{ category, text }]))
}

/** Offset, category, …, then behind a bar the definition, then perhaps examples in quotation marks. */
function parseLine(line: string): Definition {
  const [, number, text] = /^\d{8} (\d\d) n .*? \| (.*?)(?:[;,:]? *".*)?\s*$/.exec(line) ?? []
  const category = names[Number(number) - 3]
  if (category === undefined || text === undefined)
    throw new Error(`This is no line of WordNet's nouns: ${line.slice(0, 60)}`)
  return { category, text: text.trim() }
}
