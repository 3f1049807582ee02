import { isTracing } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

/** Whether a function given to this library runs as it is now: on other backends, and as part of what is around it. */
export function runsAsItIs(): boolean {
  return tf.getBackend() !== 'tensorflow' || isTracing() || underGradient()
}

function underGradient(): boolean {
  return (
    (tf.engine() as unknown as { readonly state: { readonly gradientDepth: number } }).state.gradientDepth > 0
  )
}
