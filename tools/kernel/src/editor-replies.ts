import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import type { Compiler } from './compiler.ts'
import { quickInfoBundle } from './quick-info.ts'
import type { Content } from './wire.ts'

/** What the editor asks while the user types. */

export function completeReply(compiler: Compiler, declarations: string, content: Content): Content {
  const { code, position } = cursor(content)
  const { start, end, entries } = compiler.complete(declarations, code, position)
  const place = { start: characters(code, start), end: characters(code, end) }
  return {
    status: 'ok',
    matches: entries.map(({ name }) => name),
    cursor_start: place.start,
    cursor_end: place.end,
    // JupyterLab shows the kind beside the name.
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        text: name,
        type: kinds[kind] ?? kind,
        ...place,
      })),
    },
  }
}

/** TypeScript's kinds that JupyterLab has no sign for. */
const kinds: Partial<Record<string, string>> = {
  const: 'variable',
  let: 'variable',
  var: 'variable',
  alias: 'variable',
  'local var': 'variable',
  'local function': 'function',
  'external module name': 'module',
  directory: 'module',
  script: 'module',
}

export function inspectReply(compiler: Compiler, declarations: string, content: Content): Content {
  const { code, position } = cursor(content)
  const info = compiler.inspect(declarations, code, position)
  if (!info) return { status: 'ok', found: false, data: {}, metadata: {} }
  return { status: 'ok', found: true, data: quickInfoBundle(info), metadata: {} }
}

export function isCompleteReply(content: Content): Content {
  const { code } = cursor(content)
  const { isCompleteCode } = require('tslab/dist/converter.js') as typeof import('tslab/dist/converter.js')
  const { completed, indent } = isCompleteCode(code)
  if (!completed) return { status: 'incomplete', indent: indent ?? '' }
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true })
  if (diagnostics.some(({ code }) => code === unterminatedTemplate))
    return { status: 'incomplete', indent: '' }
  return { status: diagnostics.length > 0 ? 'invalid' : 'complete' }
}

const unterminatedTemplate = 1160

/** tslab is loaded after its TypeScript was patched, so not by an import at the top. */
const require = createRequire(import.meta.url)

/** Jupyter counts characters, TypeScript counts UTF-16 units. A cursor outside of the code stands at its end or start. */
function cursor(content: Content): { code: string; position: number } {
  const code = typeof content['code'] === 'string' ? content['code'] : ''
  const at = content['cursor_pos']
  if (typeof at !== 'number' || Number.isNaN(at)) return { code, position: code.length }
  return { code, position: Array.from(code).slice(0, Math.max(0, at)).join('').length }
}

function characters(code: string, units: number): number {
  return Array.from(code.slice(0, units)).length
}
