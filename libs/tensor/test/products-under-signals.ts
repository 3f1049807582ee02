/** Matrix products for three seconds, to be run under a profiler: it sends a signal at every sample. */
import * as tf from '@tensorflow/tfjs'
import { useBackend } from '../src/backend.ts'

await useBackend('native')
/** Rows, columns of the first, columns of the second; oneDNN takes these by way of a buffer on the heap. */
const shapes = [
  [32, 4096, 384],
  [32, 384, 192],
  [384, 32, 192],
  [4096, 32, 384],
]
const pairs = shapes.map(([m = 0, k = 0, n = 0]) => [tf.ones([m, k]), tf.ones([k, n])] as const)
const end = performance.now() + 3000
let products = 0
while (performance.now() < end) {
  for (const [a, b] of pairs) tf.matMul(a, b).dispose()
  products += pairs.length
}
console.log(`${String(products)} products`)
