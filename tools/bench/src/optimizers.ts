import { adam, heavyBall, optimizer, rmsprop } from '@flatland/optimizers'
import * as tf from '@tensorflow/tfjs'
import type { RunnerName } from './runner.ts'

/** An optimiser's kind and constants, as plain data: every runner makes its own of them. */
export type OptimizerSettings =
  | { readonly kind: 'sgd'; readonly learningRate: number }
  /** a ← μ a + g, θ ← θ − η a */
  | { readonly kind: 'momentum'; readonly learningRate: number; readonly momentum: number }
  /** s ← δ s + (1 − δ) g², θ ← θ − η g / (√s + ε) */
  | {
      readonly kind: 'rmsprop'
      readonly learningRate: number
      readonly decay: number
      readonly epsilon: number
    }
  /** Kingma and Ba 2015, algorithm 1. */
  | {
      readonly kind: 'adam'
      readonly learningRate: number
      readonly beta1: number
      readonly beta2: number
      readonly epsilon: number
    }

export type OptimizerKind = OptimizerSettings['kind']

/** The optimisers that are compared, with the same constants on every side. */
export function optimizerOf(kind: OptimizerKind, learningRate: number): OptimizerSettings {
  if (kind === 'sgd') return { kind, learningRate }
  if (kind === 'momentum') return { kind, learningRate, momentum: 0.9 }
  if (kind === 'rmsprop') return { kind, learningRate, decay: 0.99, epsilon: 1e-8 }
  return { kind, learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
}

export const OPTIMIZER_KINDS: readonly OptimizerKind[] = ['sgd', 'momentum', 'rmsprop', 'adam']

/** PyTorch has no fused RMSProp. */
export function hasOptimizer(runner: RunnerName, kind: OptimizerKind): boolean {
  return !(runner === 'pytorch-fused' && kind === 'rmsprop')
}

/** Plain descent is TensorFlow.js's own, the others are ours. */
export function makeOptimizer(settings: OptimizerSettings): tf.Optimizer {
  const { kind, learningRate } = settings
  if (kind === 'sgd') return tf.train.sgd(learningRate)
  if (kind === 'momentum') return optimizer(heavyBall({ momentum: settings.momentum }), learningRate)
  const { epsilon } = settings
  if (kind === 'rmsprop') return optimizer(rmsprop({ decay: settings.decay, epsilon }), learningRate)
  return optimizer(adam({ beta1: settings.beta1, beta2: settings.beta2, epsilon }), learningRate)
}
