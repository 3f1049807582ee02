import { matrixView } from './matrix.ts'
import { rowTable } from './row-table.ts'
import { tensorView } from './tensor.ts'

const views = [tensorView, matrixView, rowTable]

/** How a value without a display method is shown, if its kind has a view. Throws never. */
export function viewOf(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    for (const view of views) {
      const bundle = view(value)
      if (bundle) return bundle
    }
  } catch {
    // A property that throws, a backend that cannot read now: text is always possible.
  }
  return undefined
}
