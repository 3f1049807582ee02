import { createHash } from 'node:crypto'
import * as tf from '@tensorflow/tfjs'
import { type BackendName, useBackend } from '../src/backend.ts'
import { crossEntropy } from '../src/cross-entropy.ts'
import { randomStream } from '../src/random-stream.ts'

const WIDTH = 256
const BATCH = 64

/** The SHA-256 hash of the parameters' bytes after three steps of gradient descent, on two threads where native. */
export async function trainingDigest(backend: BackendName, seed: number): Promise<string> {
  await useBackend(backend, { threads: 2 })
  const stream = randomStream(seed)
  const normal = (label: string, rows: number, scale: number): tf.Tensor2D =>
    tf.tidy(() => tf.tensor2d(stream.fork(label).normal(rows * WIDTH), [rows, WIDTH]).mul(scale))
  const x = normal('inputs', BATCH, 1)
  const classes = Int32Array.from({ length: BATCH }, (_, i) => i % WIDTH)
  const labels = tf.tidy(() => tf.oneHot(classes, WIDTH).toFloat())
  const layer = (label: string): tf.Variable<tf.Rank.R2> =>
    tf.tidy(() => tf.variable(normal(label, WIDTH, Math.sqrt(2 / WIDTH))))
  const [first, second, third] = [layer('first'), layer('second'), layer('third')]
  const loss = (): tf.Scalar => {
    const features = tf.relu(tf.matMul(tf.relu(tf.matMul(x, first)), second))
    return crossEntropy(tf.matMul(features, third), labels)
  }
  const theta = [first, second, third]
  const optimizer = tf.train.sgd(0.1)
  for (let step = 0; step < 3; step++) optimizer.minimize(loss, false, theta)
  const hash = createHash('sha256')
  for (const parameter of theta) hash.update(Float32Array.from(parameter.dataSync()))
  optimizer.dispose()
  tf.dispose([x, labels, theta])
  return hash.digest('hex')
}
