import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { hessian } from '../src/hessian-operator.ts'
import { lanczos } from '../src/lanczos.ts'
import { classification, type ModelObjective } from '../src/objective.ts'
import { KEPT_BYTES } from '../src/objective-operator.ts'

// `npm run memory -w @flatland/hessian`: a Hessian-vector product of a large network over as much data as MNIST has, in
// memory that the number of examples does not change. It fails at 1.5 GB resident, or where all examples take 120 MB more than
// the first 2 000: the heap settles at 35 to 90 MB more, and kept as floats the inputs alone would be 182 MB. Then three
// products in one algorithm, which may keep KEPT_BYTES of first passes and no more. A minute on two cores.

const LIMIT = 1.5e9
const SAME_WITHIN = 120e6
const widths = [784, 810, 810, 10]
const examples = 60_000
const stream = randomStream(1)

const { name, threads } = await useBackend('auto')
const parameters = parametersOf(widths)
const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0)
const v = Float64Array.from(stream.fork('v').normal(size))
// As MNIST's images come, a byte a pixel; made a thousand at a time, for the peak is to be the product's.
const images = new Uint8Array(examples * 784)
for (let i = 0; i < examples; i += 1000) {
  const pixels = stream.fork(`images ${i}`).uniform(784_000)
  images.set(
    pixels.map(value => 256 * value),
    784 * i,
  )
}
console.log(
  `${name}, ${threads} threads: ${size} parameters, micro-batches of 256; ${megabytes(peak())} MB before`,
)

const peaks: number[] = []
for (const count of [2_000, examples]) {
  const start = performance.now()
  await hessian(objectiveOf(count)).apply(v)
  const seconds = (performance.now() - start) / 1000
  peaks.push(peak())
  console.log(`${count} examples: ${seconds.toFixed(1)} s, at most ${megabytes(peak())} MB resident so far`)
}
const [few = NaN, all = NaN] = peaks
if (!(all - few <= SAME_WITHIN)) {
  console.error(
    `All examples took ${megabytes(all - few)} MB more, not at most ${megabytes(SAME_WITHIN)} MB.`,
  )
  process.exitCode = 1
}
const operator = hessian(objectiveOf(examples))
const start = performance.now()
await lanczos(operator, v, { steps: 3 })
const seconds = (performance.now() - start) / 1000
console.log(
  `Lanczos, three products: ${seconds.toFixed(1)} s, at most ${megabytes(peak())} MB resident so far`,
)
if (!(peak() - all <= KEPT_BYTES + SAME_WITHIN)) {
  console.error(
    `That is ${megabytes(peak() - all)} MB more, not at most ${megabytes(KEPT_BYTES + SAME_WITHIN)} MB.`,
  )
  process.exitCode = 1
}
if (peak() >= LIMIT) {
  console.error(`That is not below ${megabytes(LIMIT)} MB.`)
  process.exitCode = 1
}

function objectiveOf(count: number): ModelObjective {
  return classification({
    parameters,
    logits: (theta, x) => {
      const [w0, b0, w1, b1, w2, b2] = theta as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ]
      const hidden = tf.relu(tf.matMul(x, w0).add(b0))
      return tf.matMul(tf.relu(tf.matMul(hidden, w1).add(b1)), w2).add(b2)
    },
    classes: 10,
    inputs: (start, end) =>
      tf.tensor2d(Float32Array.from(images.subarray(start * 784, end * 784)), [end - start, 784]).div(255),
    labels: Array.from({ length: count }, (_, i) => i % 10),
  })
}

/** He's start. */
function parametersOf(units: readonly number[]): tf.Tensor[] {
  return units.slice(1).flatMap((outputs, i) => {
    const inputs = units[i] ?? 0
    const weights = stream.fork(`weights ${i}`).normal(inputs * outputs)
    return [tf.tensor2d(weights, [inputs, outputs]).mul(Math.sqrt(2 / inputs)), tf.zeros([outputs])]
  })
}

/** The most memory that the process has held, in bytes. */
function peak(): number {
  return 1024 * process.resourceUsage().maxRSS
}

function megabytes(count: number): string {
  return (count / 1e6).toFixed(0)
}
