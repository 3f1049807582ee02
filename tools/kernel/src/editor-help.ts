import ts from '@tslab/typescript-for-tslab'
import type { Converter } from 'tslab/dist/converter.js'
import { cellPrefix } from './widen-declarations.ts'

export interface Completions {
  /** The part of the code that a completion replaces. */
  start: number
  end: number
  entries: readonly { name: string; kind: string }[]
}

/** What may stand at `position`: tslab's candidates, and inside a string (an import's path for one) those of TypeScript. */
export function completions(
  converter: Converter,
  declarations: string,
  code: string,
  position: number,
): Completions {
  const { start, end, candidates, original } = converter.complete(declarations, code, position)
  const info: ts.CompletionInfo | undefined = original
  const found = info?.entries ?? []
  const replaced = found.find(entry => entry.replacementSpan)?.replacementSpan
  const matching = (from: number) => found.filter(({ name }) => name.startsWith(code.slice(from, position)))
  const string = stringAround(code, position)
  if (!string) {
    const kinds = new Map(found.map(({ name, kind }) => [name, kind]))
    // tslab looks for these under the compiler's name for what was typed, which has one underscore more.
    if (code.startsWith('__', start)) return { start, end, entries: matching(start) }
    return { start, end, entries: candidates.map(name => ({ name, kind: kinds.get(name) ?? '' })) }
  }
  // Of a path only the part behind the last slash may be meant; TypeScript says so where that is not a plain name.
  const slash = code.lastIndexOf('/', position - 1) + 1
  const starts = [replaced && replaced.start - cellPrefix.length, string.start, Math.max(slash, string.start)]
  const from = starts.find(at => at !== undefined && matching(at).length > 0)
  if (from === undefined) return noCompletions(position)
  return { start: from, end: Math.max(position, string.end), entries: matching(from) }
}

export function noCompletions(position: number): Completions {
  return { start: position, end: position, entries: [] }
}

/** What the compiler knows of the name at or just before `position`, or else of the function whose call is around it. */
export function quickInfo(
  converter: Converter,
  declarations: string,
  code: string,
  position: number,
): ts.QuickInfo | undefined {
  const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true)
  const places = [position, position - 1, calleeAround(source, position)]
  for (const place of places) {
    if (place === undefined || !/[\w$\u0080-\uffff]/.test(code.charAt(place))) continue
    const info = converter.inspect(declarations, code, place) as ts.QuickInfo | undefined
    if (info) return info
  }
  return undefined
}

/** The inside of the string literal in which `position` lies. */
function stringAround(code: string, position: number): { start: number; end: number } | undefined {
  const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true)
  const literal = innermost(source, node => ts.isStringLiteralLike(node) && isInside(source, node, position))
  if (!literal) return undefined
  const closed =
    literal.end - literal.getStart(source) > 1 && code[literal.end - 1] === code[literal.getStart(source)]
  return { start: literal.getStart(source) + 1, end: literal.end - (closed ? 1 : 0) }
}

function isInside(source: ts.SourceFile, literal: ts.Node, position: number): boolean {
  const isOpen = source.text[literal.end - 1] !== source.text[literal.getStart(source)]
  return (
    literal.getStart(source) < position && (position < literal.end || (isOpen && position === literal.end))
  )
}

function calleeAround(source: ts.SourceFile, position: number): number | undefined {
  const code = source.text
  const isCall = (node: ts.Node): node is ts.CallExpression | ts.NewExpression =>
    ts.isCallExpression(node) || ts.isNewExpression(node)
  const isOpen = ({ end }: ts.Node) => code[end - 1] !== ')' && code.slice(end, position).trim() === ''
  const call = innermost(
    source,
    node => isCall(node) && node.expression.end < position && (position < node.end || isOpen(node)),
  )
  return call && isCall(call) ? call.expression.end - 1 : undefined
}

function innermost(root: ts.Node, wanted: (node: ts.Node) => boolean): ts.Node | undefined {
  let found: ts.Node | undefined
  const visit = (node: ts.Node): void => {
    if (wanted(node)) found = node
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}
