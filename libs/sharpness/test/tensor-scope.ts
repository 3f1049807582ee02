import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach } from 'vitest'

/**
 * Runs all tests of a file on the cpu backend, and disposes of the tensors that a test has made after it. That hides
 * leaks: evaluations.test.ts looks for them.
 */
export async function tensorScope(): Promise<void> {
  await useBackend('cpu')
  beforeEach(() => {
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })
}
