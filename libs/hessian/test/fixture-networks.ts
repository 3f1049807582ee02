import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { classification, type ModelObjective } from '../src/objective.ts'

/** One network of `fixtures/networks.json`: what goes in, and what PyTorch makes of it in float64. */
export interface Fixture {
  readonly inputShape: readonly number[]
  readonly shapes: readonly (readonly number[])[]
  readonly parameters: readonly number[]
  readonly inputs: readonly number[]
  readonly labels: readonly number[]
  readonly v: readonly number[]
  readonly loss: number
  readonly gradient: readonly number[]
  /** Hv. */
  readonly hessian: readonly number[]
  /** All of them, ascending. */
  readonly hessianEigenvalues: readonly number[]
  readonly hessianDiagonal: readonly number[]
  readonly gaussNewton: readonly number[]
  readonly empiricalFisher: readonly number[]
  readonly fisher: readonly number[]
  readonly outputs: readonly number[]
  readonly jacobianProduct: readonly number[]
}

export type FixtureName = 'mlp-tanh' | 'mlp-relu' | 'cnn' | 'transformer'

export const fixtureNames: readonly FixtureName[] = ['mlp-tanh', 'mlp-relu', 'cnn', 'transformer']

const path = new URL('../fixtures/networks.json', import.meta.url)
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<FixtureName, Fixture>>

/** A fixture, and the same network here; the caller disposes of `objective.parameters` and `inputs`. */
export function openFixture(name: FixtureName): {
  readonly fixture: Fixture
  readonly objective: ModelObjective
  readonly inputs: tf.Tensor
} {
  const fixture = fixtures[name]
  const inputs = tf.tensor([...fixture.inputs], [fixture.labels.length, ...fixture.inputShape])
  let offset = 0
  const parameters = fixture.shapes.map(shape => {
    const start = offset
    offset += tf.util.sizeFromShape([...shape])
    return tf.tensor(fixture.parameters.slice(start, offset), [...shape])
  })
  const objective = classification({
    parameters,
    logits: NETWORKS[name],
    classes: 4,
    inputs,
    labels: fixture.labels,
  })
  return { fixture, objective, inputs }
}

type Logits = (theta: readonly tf.Tensor[], x: tf.Tensor) => tf.Tensor

const NETWORKS: Readonly<Record<FixtureName, Logits>> = {
  'mlp-tanh': mlp(tf.tanh),
  'mlp-relu': mlp(tf.relu),
  cnn,
  transformer,
}

function mlp(activation: (x: tf.Tensor) => tf.Tensor): Logits {
  return (theta, x) => {
    const [w0, b0, w1, b1, w2, b2] = theta as Six
    return dense(activation(dense(activation(dense(x, w0, b0)), w1, b1)), w2, b2)
  }
}

/** Two convolutions; max pooling of overlapping windows, 3 by 2 and 2 by 1. */
function cnn(theta: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const [f0, b0, f1, b1, w, b] = theta as Six
  const convolve = (input: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor4D =>
    tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same').add(bias)
  const first = tf.maxPool(tf.relu(convolve(x, f0, b0)), 3, 2, 'valid')
  const second = tf.maxPool(tf.tanh(convolve(first, f1, b1)), 2, 1, 'valid')
  return dense(second.reshape([-1, w.shape[0]]), w, b)
}

/** One pre-norm block with two heads of attention, then the mean over the sequence. */
function transformer(theta: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const [we, s1, h1, wq, wk, wv, wo, bo, s2, h2, w1, b1, w2, b2, wc, bc] = theta as Sixteen
  const [b = 0, t = 0] = x.shape
  const width = we.shape[1] ?? 0
  const each = (y: tf.Tensor, w: tf.Tensor): tf.Tensor =>
    tf.matMul(y.reshape([b * t, -1]), w).reshape([b, t, -1])
  const heads = (y: tf.Tensor): tf.Tensor => y.reshape([b, t, 2, width / 2]).transpose([0, 2, 1, 3])

  const embedded = each(x, we)
  const first = layerNorm(embedded, s1, h1)
  const [q, k, v] = [heads(each(first, wq)), heads(each(first, wk)), heads(each(first, wv))]
  const weights = tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(width / 2)))
  const mixed = tf.matMul(weights, v).transpose([0, 2, 1, 3]).reshape([b, t, width])
  const attended = embedded.add(each(mixed, wo)).add(bo)
  const second = layerNorm(attended, s2, h2)
  const out = attended.add(each(gelu(each(second, w1).add(b1)), w2)).add(b2)
  return dense(out.mean(1), wc, bc)
}

function dense(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.matMul(x, w).add(b)
}

function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const centred = x.sub(x.mean(-1, true))
  const variance = centred.square().mean(-1, true)
  return centred.mul(variance.add(1e-5).rsqrt()).mul(scale).add(shift)
}

/** x Φ(x). */
function gelu(x: tf.Tensor): tf.Tensor {
  return x.mul(tf.erf(x.div(Math.SQRT2)).add(1)).mul(0.5)
}

type Six = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
type Sixteen = readonly [...Six, ...Six, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
