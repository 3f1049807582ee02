import type { Edge, GraphNode } from './graph.ts'
import * as tf from '@tensorflow/tfjs'
import type { Capture, Trace } from './trace.ts'

/**
 * Two runs of a pure function on arguments of one signature do the same operations on the same constants.
 *
 * @throws Error naming the first line where the second did something else
 */
export function refuseDifference(before: Trace<unknown>, now: Trace<unknown>): void {
  now.graph.nodes.forEach((node, i) => {
    const other = before.graph.nodes[i]
    if (other === undefined || shapeOf(other) !== shapeOf(node))
      throw changed(node.line, 'runs other operations')
    if (!sameBytes(other.content, node.content)) {
      throw changed(
        node.line,
        'uses other numbers',
        'give them as a tensor, e.g. tf.scalar(rate); random ones from a seed',
      )
    }
  })
  if (
    now.graph.nodes.length !== before.graph.nodes.length ||
    edges(now.graph.results) !== edges(before.graph.results)
  ) {
    throw changed('', 'runs other operations')
  }
  now.captures.forEach((capture, i) => {
    if (!sameSource(before.captures[i], capture)) {
      throw changed(capture.line, 'uses another tensor from outside', 'give it as an argument')
    }
  })
}

function shapeOf({ operation, inputs, attributes, outputs }: GraphNode): string {
  return JSON.stringify([operation, inputs, attributes, outputs])
}

function edges(list: readonly Edge[]): string {
  return JSON.stringify(list)
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
