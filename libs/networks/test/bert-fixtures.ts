import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { crossEntropy } from '@flatland/tensor'
import type { BertNetwork } from '../src/bert-encoder.ts'
import { bertClassifier } from '../src/bert-classifier.ts'
import { bert } from '../src/bert.ts'

/** What PyTorch makes of one network in float64: numbers for each parameter, in our order. */
interface Answer {
  readonly loss: number
  readonly gradient: readonly (readonly number[])[]
  /** ∇²L v. */
  readonly product: readonly (readonly number[])[]
}

type Kind = 'masked' | 'sentence'
type Place = 'post' | 'pre'

type Fixture = Readonly<Record<Place, Answer>> & {
  readonly inputs: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

const path = new URL('bert-fixtures.json', import.meta.url)
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<Kind, Fixture>>

const SIZES = { vocabulary: 31, positions: 7, width: 8, heads: 2, feedForward: 16, layers: 2, length: 6 }

export interface BertProblem {
  readonly network: BertNetwork
  readonly parameters: tf.Tensor[]
  /** v, shaped as the parameters. */
  readonly direction: tf.Tensor[]
  readonly x: tf.Tensor
  /** One-hot. */
  readonly labels: tf.Tensor
  readonly answer: Answer
}

/** A network of make_bert_fixtures.py at its parameters. */
export function bertProblem(kind: Kind, norm: Place): BertProblem {
  const network =
    kind === 'masked'
      ? bert({ ...SIZES, norm, predictions: 2 })
      : bertClassifier({ ...SIZES, norm, classes: 3 })
  const { inputs, labels } = fixtures[kind]
  return {
    network,
    parameters: filled(network, (k, name) => number(k) + (name.endsWith('/scale') ? 1 : 0)),
    direction: filled(network, direction),
    x: tf.tensor2d(inputs.flat(), [inputs.length, network.inputShape[0] ?? 0], 'int32'),
    labels: tf.oneHot(tf.tensor1d([...labels], 'int32'), network.classes).toFloat(),
    answer: fixtures[kind][norm],
  }
}

export function lossOf({ network, x, labels }: BertProblem) {
  return (theta: readonly tf.Tensor[]): tf.Scalar => crossEntropy(network.logits(theta, x), labels)
}

function number(k: number): number {
  return ((k ** 3 + 7 * k + 1) % 1009) / 1009 - 0.5
}

function direction(k: number): number {
  return ((5 * k ** 3 + 3 * k * k + k + 2) % 1013) / 1013 - 0.5
}

/** By a formula in k, the place among all numbers of θ. */
function filled({ parameterShapes }: BertNetwork, at: (k: number, name: string) => number): tf.Tensor[] {
  let k = 0
  return parameterShapes.map(({ name, shape }) => {
    const size = tf.util.sizeFromShape([...shape])
    return tf.tensor(
      Float32Array.from({ length: size }, () => at(k++, name)),
      [...shape],
    )
  })
}
