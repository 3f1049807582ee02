import type { GraphNode } from './graph.ts'
import * as tf from '@tensorflow/tfjs'
import { structureOf } from './tensors.ts'
import type { Capture, Trace } from './trace.ts'

/**
 * What a second run of a function did otherwise than the first, on arguments of one signature: an error that names
 * its line, or nothing where both did the same operations on the same constants.
 */
export function differenceOf(before: Trace<unknown>, now: Trace<unknown>): Error | undefined {
  for (const [i, node] of now.graph.nodes.entries()) {
    const other = before.graph.nodes[i]
    if (other === undefined || shapeOf(other) !== shapeOf(node))
      return changed(node.line, 'runs other operations')
    if (!sameBytes(other.content, node.content)) return changed(node.line, 'uses other numbers', AS_TENSOR)
  }
  if (now.graph.nodes.length !== before.graph.nodes.length) return changed('', 'runs other operations')
  if (resultsOf(now) !== resultsOf(before)) return changed('', 'returns something else')
  if (!sameVariables(before.updates, now.updates)) return changed('', 'assigns other variables')
  const capture = now.captures.find((each, i) => !sameSource(before.captures[i], each))
  return capture && changed(capture.line, 'uses another tensor from outside', 'give it as an argument')
}

const AS_TENSOR = 'give them as a tensor, e.g. tf.scalar(rate); random ones from a seed'

function shapeOf({ operation, inputs, attributes, outputs }: GraphNode): string {
  return JSON.stringify([operation, inputs, attributes, outputs], tellApart)
}

/** JSON writes NaN, Infinity and nothing alike, and −0 as 0. */
function tellApart(_: string, value: unknown): unknown {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${Object.is(value, -0) ? '-0' : String(value)}`
    : value
}

function resultsOf({ graph, returned }: Trace<unknown>): string {
  return `${JSON.stringify(graph.results)} ${structureOf(returned)}`
}

function sameVariables(a: readonly tf.Variable[], b: readonly tf.Variable[]): boolean {
  return a.length === b.length && a.every((variable, i) => variable === b[i])
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0
}

function sameSource(a: Capture | undefined, b: Capture): boolean {
  if (a === undefined) return false
  if (a.source instanceof tf.Variable || b.source instanceof tf.Variable) return a.source === b.source
  return a.source.dataId === b.source.dataId
}

function changed(line: string, what: string, remedy = 'what decides about it has to be an argument'): Error {
  return new Error(
    `${line === '' ? '' : `${line}: `}a compiled function ${what} than in an earlier call with the same shapes. ` +
      `It runs as it was at first: ${remedy}`,
  )
}
