import type { QuickInfo, SymbolDisplayPart, JSDocTagInfo } from '@tslab/typescript-for-tslab'

/** What the compiler knows of a name: its signature, then its documentation, then `@param` and the like. */
export function quickInfoBundle(info: QuickInfo): { 'text/plain': string; 'text/markdown': string } {
  const signature = joined(info.displayParts).replace(aliasEnd, '')
  const documentation = withoutLinks(joined(info.documentation))
  const tags = info.tags ?? []
  const paragraphs = (...parts: string[]) => parts.filter(part => part !== '').join('\n\n')
  return {
    'text/plain': paragraphs(signature, documentation, tags.map(plainTag).join('\n')),
    'text/markdown': paragraphs(fenced(signature), documentation, tags.map(markdownTag).join('\n\n')),
  }
}

/** Of an imported name, TypeScript repeats the import below the signature. */
const aliasEnd = /\n(?:import|export) [^\n]*$/

function plainTag({ name, text }: JSDocTagInfo): string {
  return `@${name} ${withoutLinks(joined(text))}`.trimEnd()
}

function markdownTag({ name, text = [] }: JSDocTagInfo): string {
  const content = withoutLinks(joined(text))
  if (name === 'example') return `*@example*\n${content.includes('```') ? content : fenced(content)}`
  const [first, ...rest] = text
  if (first?.kind !== 'parameterName') return `*@${name}* ${content}`.trimEnd()
  return `*@${name}* \`${first.text}\` ${withoutLinks(joined(rest)).trimStart()}`.trimEnd()
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``
}

/** `{@link name}` as `name`. */
function withoutLinks(text: string): string {
  return text.replace(/\{@link\w*\s+([^\s|}]+)[^}]*\}/g, '`$1`')
}

function joined(parts: readonly SymbolDisplayPart[] | undefined): string {
  return (parts ?? []).map(({ text }) => text).join('')
}
