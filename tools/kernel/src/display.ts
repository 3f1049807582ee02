import { inspect } from 'node:util'

/** From MIME type to content: text, base64, or JSON. */
export type MimeBundle = Record<string, unknown>

/** The method by which a value says how it is shown: Deno's convention. It returns a bundle, or a promise of one. */
export const displayMethod = Symbol.for('Jupyter.display')

/**
 * How a value is shown: what its display method returns, or its text. Bytes become base64, and `text/plain` is there in
 * any case. Throws what the display method throws.
 */
export function mimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (!isDisplayable(value)) return plainText(value)
  const bundle = value[displayMethod]()
  return bundle instanceof Promise ? bundle.then(found => completed(found, value)) : completed(bundle, value)
}

interface Displayable {
  [displayMethod](): unknown
}

function isDisplayable(value: unknown): value is Displayable {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as Partial<Displayable>)[displayMethod] === 'function'
}

function completed(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== 'object' || bundle === null) return plainText(value)
  const complete: MimeBundle = 'text/plain' in bundle ? {} : plainText(value)
  for (const [type, content] of Object.entries(bundle) as [string, unknown][]) {
    complete[type] = content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content
  }
  return complete
}

function plainText(value: unknown): MimeBundle {
  return { 'text/plain': inspect(value) }
}
