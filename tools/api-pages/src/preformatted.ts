import type { CommentDisplayPart } from 'typedoc'

/** A paragraph of which every line begins with two spaces or more. */
const INDENTED = /(?<=^|\n\n)(?: {2,}\S.*(?:\n|$))+(?=\n|$)/g

/**
 * Doc comments of this house set formulas and small tables off by indenting them, which Markdown would fill like any other
 * paragraph. Here each becomes a block that keeps its lines.
 */
export function preformatted(parts: readonly CommentDisplayPart[]): CommentDisplayPart[] {
  return runs(parts).map(part =>
    part.kind === 'text' ? { kind: 'text', text: part.text.replaceAll(INDENTED, fenced) } : part,
  )
}

/** Text and code that follow one another as one text: a formula may hold both. */
function runs(parts: readonly CommentDisplayPart[]): CommentDisplayPart[] {
  const joined: CommentDisplayPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const isProse = part.kind === 'text' || part.kind === 'code'
    if (isProse && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + part.text }
    else joined.push(isProse ? { kind: 'text', text: part.text } : part)
  }
  return joined
}

function fenced(lines: string): string {
  const margin = Math.min(
    ...lines
      .trimEnd()
      .split('\n')
      .map(line => line.search(/\S/)),
  )
  return `\`\`\`text\n${lines.trimEnd().replaceAll(new RegExp(`^ {${margin}}`, 'gm'), '')}\n\`\`\`\n`
}
