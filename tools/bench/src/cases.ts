import {
  OPTIMIZER_KINDS,
  type OptimizerKind,
  optimizerOf,
  type OptimizerSettings,
  runnersWithout,
} from './optimizers.ts'
import type { RunnerName } from './runner.ts'

/** The sizes of a network, as plain data: every runner builds its own network from them. */
export type NetworkSizes =
  | {
      readonly kind: 'mlp'
      readonly inputs: number
      readonly hidden: readonly number[]
      readonly classes: number
    }
  | {
      readonly kind: 'cnn'
      /** Height, width, channels. */
      readonly image: readonly [number, number, number]
      readonly filters: readonly [number, number]
      readonly hidden: readonly [number, number]
      readonly classes: number
    }
  | {
      /** With a masked-language-model head, the classes of which are the words; nothing is dropped. */
      readonly kind: 'bert'
      readonly vocabulary: number
      /** Tokens of a sequence; there are as many position embeddings. */
      readonly length: number
      /** Masked positions of a sequence, for which words are predicted. */
      readonly predictions: number
      readonly layers: number
      readonly width: number
      readonly heads: number
      readonly feedForward: number
    }

/**
 * What is timed: one update, the gradient alone, one product of the Hessian with a vector, or one more such product
 * at a point where another was taken before.
 */
export type Work = 'step' | 'gradient' | 'product' | 'point-product'

/** What the project promises of a case on two cores: the time of one runner is at most so many times another's. */
export interface Limit {
  readonly runner: RunnerName
  readonly of: RunnerName
  readonly ratio: number
}

/** One row of a table. */
export interface Case {
  /** What `--only` takes. */
  readonly name: string
  readonly title: string
  readonly network: NetworkSizes
  readonly batch: number
  readonly work: Work
  /** How a step updates. */
  readonly optimizer: OptimizerSettings
  /** Runners on which it is not measured. Default: none. */
  readonly without?: readonly RunnerName[]
  /** Default: none. */
  readonly limits?: readonly Limit[]
}

export const MLP = {
  kind: 'mlp',
  inputs: 784,
  hidden: [512, 512, 512, 512, 512],
  classes: 10,
} as const satisfies NetworkSizes
const CNN: NetworkSizes = {
  kind: 'cnn',
  image: [32, 32, 3],
  filters: [32, 64],
  hidden: [384, 192],
  classes: 10,
}

const BERT: NetworkSizes = {
  ...{ kind: 'bert', vocabulary: 4096, length: 128, predictions: 19 },
  ...{ layers: 2, width: 128, heads: 2, feedForward: 512 },
}

/** Small, so that a thousand updates neither diverge nor finish learning: adaptive ones move each weight by it. */
const LEARNING_RATES: Readonly<Record<OptimizerKind, number>> = {
  ...{ sgd: 1e-3, momentum: 1e-4, nesterov: 1e-4, rmsprop: 1e-6, adam: 1e-6, adamW: 1e-6 },
  ...{ lars: 1e-4, lamb: 1e-5, sam: 1e-3, asam: 1e-3 },
}

const SGD = optimizerOf('sgd', LEARNING_RATES.sgd)

/** An eager promise is what was measured once with kernels of this kind on two idle cores, and 15 % on top. */
const SLACK = 1.15

/** Of a Hessian-vector product, before steps are compiled. */
const EAGER_PRODUCT = 1.9

/** A compiled call is no slower than PyTorch. */
const COMPILED = 1

/** With few examples it is calling operations that takes the time, which a compiled step does once. */
const COMPILED_SMALL = 0.7
const COMPILED_PRODUCT = 0.8

/** How many times PyTorch's fused Adam a compiled one may take at batch 16. */
const ADAM_OF_FUSED = 1.3

/** The batch sizes of the curve. */
const BATCHES: readonly number[] = Array.from({ length: 15 }, (_, power) => 2 ** power)

/** What steps of the MLP are promised, by batch size; the sizes of the first table. */
const MLP_LIMITS: ReadonlyMap<number, readonly Limit[]> = new Map([
  [16, limits(SLACK * 3.1, COMPILED_SMALL)],
  [64, limits(undefined, COMPILED)],
  [256, limits(SLACK * 2.1, COMPILED)],
  [2048, limits(SLACK * 1.3, COMPILED)],
  [16384, limits(SLACK * 0.84, COMPILED)],
])

/** A step of the MLP for each batch size. */
export const MLP_STEPS: readonly Case[] = BATCHES.map(batch => {
  const promised = MLP_LIMITS.get(batch)
  return {
    name: `mlp-${batch}`,
    title: batch === 16 ? 'MLP step, batch 16' : `MLP step, ${batch}`,
    network: MLP,
    batch,
    work: 'step',
    optimizer: SGD,
    ...(batch === 64 ? { without: ['wasm'] as const } : {}),
    ...(promised && { limits: promised }),
  }
})

const [mlp, cnn, bert] = [
  { network: MLP, batch: 1024, optimizer: SGD },
  { network: CNN, batch: 32, optimizer: SGD },
  { network: BERT, batch: 32, optimizer: optimizerOf('adamW', LEARNING_RATES.adamW) },
]

/** The rows of the first table, in order. */
export const STEPS: readonly Case[] = [
  ...MLP_STEPS.filter(({ batch }) => MLP_LIMITS.has(batch)),
  { ...mlp, name: 'mlp-hvp', title: 'HVP of the MLP, 1024', work: 'product', limits: limits(EAGER_PRODUCT, COMPILED_PRODUCT) }, // prettier-ignore
  pointProduct({ ...mlp, name: 'mlp-point-hvp', title: 'HVP at one point, MLP, 1024' }),
  { ...mlp, name: 'mlp-gradient', title: 'gradient of the MLP, 1024', work: 'gradient', limits: limits(SLACK * 1.3, COMPILED) }, // prettier-ignore
  { ...cnn, name: 'cnn-32', title: 'CNN step, 32', work: 'step', limits: limits(SLACK * 1.5, COMPILED) },
  { ...cnn, name: 'cnn-256', title: 'CNN step, 256', batch: 256, work: 'step', limits: limits(SLACK * 0.54, COMPILED) }, // prettier-ignore
  { ...cnn, name: 'cnn-hvp', title: 'HVP of the CNN, 32', work: 'product', limits: limits(EAGER_PRODUCT, COMPILED_PRODUCT) }, // prettier-ignore
  pointProduct({ ...cnn, name: 'cnn-point-hvp', title: 'HVP at one point, CNN, 32' }),
  { ...cnn, name: 'cnn-gradient', title: 'gradient of the CNN, 32', work: 'gradient', limits: limits(undefined, COMPILED) }, // prettier-ignore
  { ...bert, name: 'bert-32', title: 'BERT step, 32 sequences', work: 'step', limits: limits(undefined, COMPILED) }, // prettier-ignore
]

const NAMES: Readonly<Record<OptimizerKind, string>> = {
  ...{
    sgd: 'SGD',
    momentum: 'momentum',
    nesterov: 'Nesterov',
    rmsprop: 'RMSProp',
    adam: 'Adam',
    adamW: 'AdamW',
  },
  ...{ lars: 'LARS', lamb: 'LAMB', sam: 'SAM', asam: 'ASAM' },
}

/** One update of the MLP by each optimiser, at three batch sizes. */
export const OPTIMIZER_STEPS: readonly Case[] = [16, 256, 2048].flatMap(batch =>
  OPTIMIZER_KINDS.map(kind => optimizerStep(kind, batch)),
)

/** What an optimiser is called in tables and charts. */
export function optimizerTitle({ optimizer }: Case): string {
  return NAMES[optimizer.kind]
}

function optimizerStep(kind: OptimizerKind, batch: number): Case {
  const without = runnersWithout(kind)
  const compiled = batch === 16 && kind === 'sgd' ? COMPILED_SMALL : COMPILED
  const beside =
    kind === 'adam' && batch === 16
      ? [{ runner: 'compiled', of: 'pytorch-fused', ratio: ADAM_OF_FUSED } as const]
      : []
  return {
    name: `${kind}-${batch}`,
    title: `${NAMES[kind]}, batch ${batch}`,
    network: MLP,
    batch,
    work: 'step',
    optimizer: optimizerOf(kind, LEARNING_RATES[kind]),
    without,
    limits: without.includes('pytorch') ? [] : [...limits(undefined, compiled), ...beside],
  }
}

/** Eagerly it is a product like any other. */
function pointProduct(rest: Omit<Case, 'work' | 'without' | 'limits'>): Case {
  return {
    ...rest,
    work: 'point-product',
    without: ['native', 'wasm'],
    limits: limits(undefined, COMPILED),
  }
}

/** Promises beside PyTorch. */
function limits(native: number | undefined, compiled: number): readonly Limit[] {
  const eager = native === undefined ? [] : [{ runner: 'native', of: 'pytorch', ratio: native } as const]
  return [...eager, { runner: 'compiled', of: 'pytorch', ratio: compiled }]
}
