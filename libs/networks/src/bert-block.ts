import * as tf from '@tensorflow/tfjs'
import { attention, type Attention, type Dense } from './attention.ts'
import { denseOf, denseShapes, normOf, normShapes } from './bert-shapes.ts'
import { gelu } from './gelu.ts'
import { layerNorm, type Norm } from './layer-norm.ts'
import { dense, type ParameterShape } from './network.ts'

export type Drop = (x: tf.Tensor) => tf.Tensor

export interface Block {
  readonly attention: Attention
  readonly attentionNorm: Norm
  readonly inner: Dense
  readonly outer: Dense
  readonly feedForwardNorm: Norm
}

export function blockOf(next: () => tf.Tensor): Block {
  return {
    attention: { query: denseOf(next), key: denseOf(next), value: denseOf(next), output: denseOf(next) },
    attentionNorm: normOf(next),
    inner: denseOf(next),
    outer: denseOf(next),
    feedForwardNorm: normOf(next),
  }
}

export interface BlockWays {
  readonly heads: number
  readonly norm: 'post' | 'pre'
  readonly drop: Drop
  readonly sequences: number
  readonly mask: tf.Tensor | undefined
}

/**
 * One encoder block, on all tokens or only those that are wanted: the last block's others would be thrown away. All are
 * attended to.
 */
export function block(
  x: tf.Tensor,
  wanted: tf.Tensor1D | undefined,
  layers: Block,
  ways: BlockWays,
): tf.Tensor {
  const { norm, drop } = ways
  const { inner, outer } = layers
  const pick = (rows: tf.Tensor): tf.Tensor => (wanted === undefined ? rows : tf.gather(rows, wanted))
  const attended = (asked: tf.Tensor, asking: tf.Tensor): tf.Tensor =>
    drop(attention(asking, asked, layers.attention, ways))
  const mixed = (rows: tf.Tensor): tf.Tensor => {
    const hidden = gelu(dense(rows, inner.weights, inner.bias))
    return drop(dense(hidden, outer.weights, outer.bias))
  }
  const own = pick(x)
  if (norm === 'pre') {
    const normed = layerNorm(x, layers.attentionNorm)
    const sum = own.add(attended(normed, pick(normed)))
    return sum.add(mixed(layerNorm(sum, layers.feedForwardNorm)))
  }
  const sum = layerNorm(own.add(attended(x, own)), layers.attentionNorm)
  return layerNorm(sum.add(mixed(sum)), layers.feedForwardNorm)
}

export function blockShapes(name: string, width: number, hidden: number): ParameterShape[] {
  const square = (layer: string): ParameterShape[] => denseShapes(`${name}/${layer}`, width, width)
  return [
    ...['query', 'key', 'value', 'attention'].flatMap(square),
    ...normShapes(`${name}/attention-norm`, width),
    ...denseShapes(`${name}/feed-forward0`, width, hidden),
    ...denseShapes(`${name}/feed-forward1`, hidden, width),
    ...normShapes(`${name}/feed-forward-norm`, width),
  ]
}
