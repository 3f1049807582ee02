/** Compiled steps of rate 0 for three seconds, to be run under a profiler: it sends a signal at every sample. */
import { cnn, initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { trainingStep } from '../src/index.ts'

await useBackend('native')
// One that runs in the context of one thread, and one in that of all.
const networks = [
  [mlp({ inputs: 64, hidden: [384, 192], classes: 10 }), 16],
  [cnn({ image: [24, 24, 3], filters: [16, 32], hidden: [64, 32], classes: 10 }), 64],
] as const
const steps = networks.map(([network, size]) => {
  const parameters = initialParameters(network, randomStream(1))
  const step = trainingStep(tf.train.sgd(0), parameters, (at, x: tf.Tensor, y: tf.Tensor) =>
    crossEntropy(network.logits(at, x), y),
  )
  const x = tf.tensor(randomStream(2).normal(size * tf.util.sizeFromShape([...network.inputShape])), [size, ...network.inputShape]) // prettier-ignore
  const y = tf.oneHot(tf.zeros([size], 'int32'), 10).toFloat()
  return () => step(x, y)
})
const losses = (): number[] =>
  steps.map(step => {
    const loss = step()
    const [number = NaN] = loss.dataSync()
    loss.dispose()
    return number
  })
const first = losses()
const end = performance.now() + 3000
let last = first
let count = 0
while (performance.now() < end) {
  last = losses()
  count++
}
console.log(JSON.stringify({ first, last, count }))
