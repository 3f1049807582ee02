import * as tf from '@tensorflow/tfjs'

/** The part of the engine that records a gradient. */
interface TapeEngine {
  gradients(...args: unknown[]): unknown
  readonly state: { gradientDepth: number; activeTape: { saved: tf.Tensor[] | null }[] | null }
}

/**
 * Makes an error inside a differentiated function leave no tensors behind. TensorFlow.js keeps a copy of every
 * tensor that the backward pass will need, and disposes of them after that pass only: an error before it leaves
 * them for good.
 */
export function clearTapeOnError(): void {
  const engine = tf.engine() as unknown as TapeEngine
  const gradients = engine.gradients.bind(engine)
  engine.gradients = (...args) => {
    try {
      return gradients(...args)
    } catch (error) {
      // An inner gradient's error may be caught by the outer function, which still needs its tape.
      if (engine.state.gradientDepth === 0) {
        tf.dispose(engine.state.activeTape?.map(node => node.saved ?? []) ?? [])
        engine.state.activeTape = null
      }
      throw error
    }
  }
}
