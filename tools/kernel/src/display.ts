import { inspect } from 'node:util'
import { readableTrace } from './trace.ts'
import { viewOf } from './views/view.ts'

/** From MIME type to content: text, base64, or JSON. */
export type MimeBundle = Record<string, unknown>

/** The method by which a value says how it is shown: Deno's convention. It returns a bundle, or a promise of one. */
export const displayMethod = Symbol.for('Jupyter.display')

/**
 * The method of a value that changes while a cell runs: a form of it that is cheap to make. A display that is updated in
 * place uses it; the end of the cell brings what {@link displayMethod} returns.
 */
export const liveDisplayMethod = Symbol.for('flatland.liveDisplay')

/**
 * How a value is shown: what its display method returns, else the view of its kind, else its text. Bytes become base64,
 * and `text/plain` is there in any case.
 *
 * Throws what the display method throws, and a TypeError when a content is no JSON.
 */
export function mimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  return bundleBy(displayMethod, value) ?? viewOf(value) ?? plainText(value)
}

/** The form of a value that is going to change; undefined if it has none of its own. */
export function liveBundle(value: unknown): MimeBundle | Promise<MimeBundle> | undefined {
  return bundleBy(liveDisplayMethod, value)
}

function bundleBy(method: symbol, value: unknown): MimeBundle | Promise<MimeBundle> | undefined {
  if (!hasMethod(value, method)) return undefined
  const bundle = value[method]?.()
  return isPromise(bundle)
    ? Promise.resolve(bundle).then(found => completed(found, value))
    : completed(bundle, value)
}

/** Any object with a `then`, as for `await`: not every library's promise is of this realm's class. */
export function isPromise<T>(value: T): value is Extract<T, Promise<unknown>> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

function hasMethod(value: unknown, method: symbol): value is Record<symbol, () => unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as Record<symbol, unknown>)[method] === 'function'
}

function completed(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== 'object' || bundle === null) return plainText(value)
  const complete: MimeBundle = 'text/plain' in bundle ? {} : plainText(value)
  for (const [type, content] of Object.entries(bundle) as [string, unknown][]) {
    complete[type] = content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content
    if (typeof content !== 'string') checkJson(type, content)
  }
  return complete
}

function checkJson(type: string, content: unknown): void {
  let reason = `it is ${inspect(content)}`
  try {
    const json: unknown = JSON.stringify(content)
    if (json !== undefined) return
  } catch (error) {
    reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
  throw new TypeError(
    `the display method gives ${type} that is neither text, bytes nor JSON (${reason}); ` +
      'put in numbers, texts, lists and plain objects only, without a cycle',
  )
}

function plainText(value: unknown): MimeBundle {
  const text = inspect(value)
  return { 'text/plain': value instanceof Error ? readableTrace(text).join('\n') : text }
}
