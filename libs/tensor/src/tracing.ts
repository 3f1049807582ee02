import * as tf from '@tensorflow/tfjs'

/** On the engine, of which a process has one, however often this library is loaded (as a module, by `require`). */
const DEPTH = Symbol.for('@flatland/tensor: tracing')

/** Whether operations are being written down for a graph: no tensor can be read meanwhile. */
export function isTracing(): boolean {
  return depthOf(engine()) > 0
}

/** Runs some work whose operations are written down. */
export function whileTracing<T>(work: () => T): T {
  const holder = engine()
  holder[DEPTH] = depthOf(holder) + 1
  try {
    return work()
  } finally {
    holder[DEPTH] = depthOf(holder) - 1
  }
}

interface Holder {
  [DEPTH]?: number
}

function engine(): Holder {
  return tf.engine() as Holder
}

function depthOf(holder: Holder): number {
  return holder[DEPTH] ?? 0
}
