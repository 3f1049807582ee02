import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import type { Compiler } from './compiler.ts'
import type { Content } from './wire.ts'

/** What the editor asks while the user types. */

export function completeReply(compiler: Compiler, declarations: string, content: Content): Content {
  const { code, position } = cursor(content)
  const { start, end, candidates } = compiler.complete(declarations, code, position)
  const offset = (units: number) => Array.from(code.slice(0, units)).length
  return {
    status: 'ok',
    matches: candidates,
    cursor_start: offset(start),
    cursor_end: offset(end),
    metadata: {},
  }
}

export function inspectReply(compiler: Compiler, declarations: string, content: Content): Content {
  const { code, position } = cursor(content)
  const info = compiler.inspect(declarations, code, position) as ts.QuickInfo | undefined
  if (!info) return { status: 'ok', found: false, data: {}, metadata: {} }
  const { printQuickInfo } = require('tslab/dist/inspect.js') as typeof import('tslab/dist/inspect.js')
  return { status: 'ok', found: true, data: { 'text/plain': printQuickInfo(info) }, metadata: {} }
}

export function isCompleteReply(content: Content): Content {
  const { code } = cursor(content)
  const { isCompleteCode } = require('tslab/dist/converter.js') as typeof import('tslab/dist/converter.js')
  const { completed, indent } = isCompleteCode(code)
  if (!completed) return { status: 'incomplete', indent: indent ?? '' }
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true })
  return { status: diagnostics.length > 0 ? 'invalid' : 'complete' }
}

/** tslab is loaded after its TypeScript was patched, so not by an import at the top. */
const require = createRequire(import.meta.url)

/** Jupyter counts characters, TypeScript counts UTF-16 units. */
function cursor(content: Content): { code: string; position: number } {
  const code = String(content['code'])
  const characters = typeof content['cursor_pos'] === 'number' ? content['cursor_pos'] : code.length
  return { code, position: Array.from(code).slice(0, characters).join('').length }
}
