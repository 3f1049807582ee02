import { optimizer, ruleFromConfig } from '@flatland/optimizers'
import type * as tf from '@tensorflow/tfjs'
import type { RunnerName } from './runner.ts'

/** The optimisers that are compared: their rules with all constants that PyTorch is told too. */
const RULES = {
  sgd: { rule: 'sgd' },
  momentum: { rule: 'heavyBall', momentum: 0.9 },
  nesterov: { rule: 'nesterov', momentum: 0.9 },
  rmsprop: { rule: 'rmsprop', decay: 0.99, epsilon: 1e-8 },
  adam: { rule: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  adamW: { rule: 'adamW', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  lars: { rule: 'lars', variant: 'timm' },
  lamb: { rule: 'lamb', variant: 'algorithm2' },
  sam: { rule: 'sam', rho: 0.05, base: { rule: 'sgd' } },
  asam: { rule: 'asam', rho: 0.5, base: { rule: 'sgd' } },
} as const

export type OptimizerKind = keyof typeof RULES

export const OPTIMIZER_KINDS = Object.keys(RULES) as readonly OptimizerKind[]

/** An optimiser's kind and constants, as plain data: every runner makes its own of them. */
export interface OptimizerSettings {
  readonly kind: OptimizerKind
  readonly learningRate: number
  /** As `ruleFromConfig` takes it. */
  readonly rule: (typeof RULES)[OptimizerKind]
}

/** With the same constants on every side. */
export function optimizerOf(kind: OptimizerKind, learningRate: number): OptimizerSettings {
  return { kind, learningRate, rule: RULES[kind] }
}

const PYTORCHES: readonly RunnerName[] = ['pytorch', 'pytorch-foreach', 'pytorch-fused']

/** PyTorch has no layer-wise and no sharpness-aware optimiser, and no fused RMSProp. */
export function runnersWithout(kind: OptimizerKind): readonly RunnerName[] {
  if (['lars', 'lamb', 'sam', 'asam'].includes(kind)) return PYTORCHES
  return kind === 'rmsprop' ? ['pytorch-fused'] : []
}

export function makeOptimizer({ rule, learningRate }: OptimizerSettings): tf.Optimizer {
  return optimizer(ruleFromConfig(rule), learningRate)
}
