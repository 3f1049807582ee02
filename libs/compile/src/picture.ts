import type { Explanation } from './explain.ts'

/** The method by which a notebook shows a value: it returns a MIME bundle. Deno's convention. */
const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display')

/** A drawn graph, which a notebook shows when it is the last line of a cell. */
export interface GraphPicture {
  /** One picture, legible on light and dark pages. */
  readonly svg: string
  readonly [jupyterDisplay]: () => { readonly 'image/svg+xml': string; readonly 'text/plain': string }
}

/**
 * Draws the graph of a compiled function by Graphviz. Each box is an operation with what is done to its result alone;
 * its colour is its kind, edges bear the shapes of tensors. Constants are left out. A few hundred operations take a
 * second or so.
 *
 * @param explanation one of `explain()`
 *
 * @example
 * const [explanation] = step.explain()
 * await graphPicture(explanation)
 */
export async function graphPicture(
  explanation: Pick<Explanation, 'dot' | 'operations'>,
): Promise<GraphPicture> {
  // Graphviz is a megabyte that only this needs.
  const { instance } = await import('@viz-js/viz')
  const viz = await instance()
  const svg = responsive(viz.renderString(explanation.dot, { format: 'svg' }))
  const counts = Object.entries(explanation.operations).map(([name, count]) => `${name} ${count}`)
  const text = `A graph of these operations: ${counts.join(', ')}`
  return Object.freeze({
    svg,
    [jupyterDisplay]: () => ({ 'image/svg+xml': svg, 'text/plain': text }),
  })
}

/** Graphviz gives a page with a size in points: here the element alone, no wider than the page that it is in. */
function responsive(drawn: string): string {
  return drawn
    .slice(drawn.indexOf('<svg'))
    .replace(/<svg width="(\d+)pt" height="\d+pt"/, '<svg width="$1" style="max-width:100%;height:auto"')
}
