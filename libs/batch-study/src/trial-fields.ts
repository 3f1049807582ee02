import { ruleFromConfig, scheduleFromConfig } from '@flatland/optimizers'
import { z } from 'zod'
import { DATA_SETS, type DataSetName } from './data-sets.ts'

const whole = (from: number, to = Number.MAX_SAFE_INTEGER) => {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `is ${shown(input)}; it must be a whole number from ${from} ${to === Number.MAX_SAFE_INTEGER ? 'on' : `to ${to}`}`
  return z
    .number({ error })
    .refine(value => Number.isSafeInteger(value) && value >= from && value <= to, { error })
}

const positive = (most = Number.MAX_VALUE) => {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `is ${shown(input)}; it must be a positive number${most === Number.MAX_VALUE ? '' : `, at most ${most}`}`
  return z.number({ error }).refine(value => value > 0 && value <= most, { error })
}

const name = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: ({ input }) => `is ${shown(input)}; it must be one of ${names.join(', ')}` })

/** Most units of a layer. */
const MOST = 1e6

/**
 * Batch normalisation takes its statistics over parts of this size (Hoffer et al. 2017). At most batchSize. `null`, the
 * default: over the whole batch.
 */
const ghostBatch = whole(2).nullable().default(null)

/** The kinds of `network`. */
export const NETWORK_KINDS = [
  'mlp',
  'cnn',
  'lenet',
  'F1',
  'F2',
  'C1',
  'C2',
  'C3',
  'C4',
  'davidnet',
  'bert',
] as const

const networkSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('mlp'),
      /** Units of each hidden layer; none for a linear classifier. */
      hidden: z.array(whole(1, MOST)),
    }),
    z.strictObject({
      kind: z.literal('cnn'),
      /** Filters of the two convolutions, and units of the two dense layers. */
      filters: z.tuple([whole(1, MOST), whole(1, MOST)]),
      hidden: z.tuple([whole(1, MOST), whole(1, MOST)]),
    }),
    z.strictObject({ kind: z.literal('lenet') }),
    // Those of Keskar et al. (2016), table 1; any image is flattened for the first two.
    z.strictObject({
      kind: z.enum(['F1', 'F2']),
      /** Units of each hidden layer. Default: the paper's 512. */
      width: whole(1, MOST).default(512),
      ghostBatch,
    }),
    z.strictObject({
      kind: z.enum(['C1', 'C2', 'C3', 'C4', 'davidnet']),
      /** Filters of the first convolution, to which all other sizes are in proportion. Default: 64, as published. */
      width: whole(1, MOST).default(64),
      ghostBatch,
    }),
    z.strictObject({
      kind: z.literal('bert'),
      /** Encoder blocks, units of each token, heads, and hidden units of the dense layers in a block. */
      layers: whole(1, 1000),
      width: whole(1, MOST),
      heads: whole(1, MOST),
      feedForward: whole(1, MOST),
      /** Where it normalises: after each sum, the default, or before each layer. */
      norm: name(['post', 'pre']).default('post'),
      /** Whether a tenth is dropped, as in BERT. Default: true. */
      dropout: z.boolean().default(true),
    }),
  ],
  {
    error: ({ input }) =>
      `is of kind ${shown(fieldOf(input, 'kind'))}; it must be one of ${NETWORK_KINDS.join(', ')}`,
  },
)

const dataSchema = z.strictObject({
  name: name(Object.keys(DATA_SETS) as DataSetName[]),
  /** How many images are trained on: the first ones. Default: all. */
  train: whole(1).optional(),
  /** How many images accuracy is measured on: the first ones of the test set. Default: all. */
  heldOut: whole(1).optional(),
  /**
   * `shift` moves each training image at each update by up to 2 pixels (28×28) or 4 (32×32) in both directions, with the
   * mean where nothing was; `shift and flip` also mirrors half of them left to right, before. Default: none.
   */
  augmentation: name(['none', 'shift', 'shift and flip']).default('none'),
})

/** What `ruleFromConfig` takes, with all settings written out; what it refuses is refused here. */
const ruleSchema = z.record(z.string(), z.json()).transform((config, context) => {
  try {
    const rule = ruleFromConfig(config)
    if (rule.period === rule.passes) return { ...rule.config }
    context.addIssue('accumulates by itself; give microBatch instead, so that batchSize is what it says')
  } catch (error) {
    context.addIssue(reason(error))
  }
  return z.NEVER
})

/** A rate, or what `scheduleFromConfig` takes. */
const rateSchema = z
  .union([z.number(), z.record(z.string(), z.json())], {
    error: ({ input }) => `is ${shown(input)}; it must be a finite number from 0 on, or a schedule`,
  })
  .transform((given, context) => {
    try {
      if (typeof given !== 'number') return { ...scheduleFromConfig(given).config }
      if (Number.isFinite(given) && given >= 0) return given
      context.addIssue(`is ${given}; it must be a finite number from 0 on, or a schedule`)
    } catch (error) {
      context.addIssue(reason(error))
    }
    return z.NEVER
  })

const lengthSchema = z.union(
  [z.strictObject({ epochs: positive() }), z.strictObject({ updates: whole(1) })],
  { error: ({ input }) => `is ${shown(input)}; it must be { epochs: … } or { updates: … }, positive` },
)

const targetSchema = z.union(
  [
    z.strictObject({ of: name(['train', 'heldOut']), accuracy: positive(1) }),
    z.strictObject({ of: name(['train', 'heldOut']), loss: positive() }),
  ],
  {
    error: ({ input }) =>
      `is ${shown(input)}; it must be { of: 'train' or 'heldOut', accuracy: above 0, at most 1 } or { of, loss: positive }`,
  },
)

const startSchema = z.strictObject(
  {
    parameters: z.string().regex(/^[0-9a-f]{64}$/, {
      error: ({ input }) =>
        `is ${shown(input)}; it must be the sha256 of kept parameters, 64 hexadecimal digits`,
    }),
  },
  { error: ({ input }) => `is ${shown(input)}; it must be null, or { parameters: the sha256 of kept ones }` },
)

const evaluationSchema = z.strictObject({
  /** Beside the evaluations at the start and at the end. Default: each epoch. */
  every: lengthSchema.default({ epochs: 1 }),
  /** How many of the training images train loss and accuracy are measured on: the first ones. Default: 10 000, or all. */
  train: whole(1).optional(),
  /**
   * What the loss is computed in from the logits, which are float32: `float64` on the host, `float32` on the backend.
   * Default: float64.
   */
  dtype: name(['float32', 'float64']).default('float64'),
  /**
   * What batch normalisation takes. `population`, the default: the mean statistics of batches of at most 500 of the
   * training images evaluated, computed anew each time. `batch`: the statistics of each such batch of the images that are
   * evaluated, as Keskar et al. (2016) did. Nothing to a network without.
   */
  normalization: name(['population', 'batch']).default('population'),
  /**
   * Whether ‖θ‖, the norm of the direction and the trust ratio of each parameter tensor are recorded, as LARS or LAMB would take
   * them in the next update. Default: false.
   */
  layers: z.boolean().default(false),
  /**
   * How the gradient's noise is measured: so many batches of such a size, drawn without repetition from the training
   * images, without augmentation or dropout; `null` leaves it out. Default: 16 of 64, or less where there are fewer
   * images.
   */
  noise: z
    .strictObject({ batches: whole(2, 256), batchSize: whole(1) })
    .nullable()
    .optional(),
})

/** The fields of a trial, each checked by itself. */
export const trialFields = z.strictObject({
  network: networkSchema,
  data: dataSchema,
  /** What makes the steps, as `ruleFromConfig` of @flatland/optimizers takes it: `{ rule: 'adamW', weightDecay: 0.1 }`. */
  rule: ruleSchema,
  /** η, or a schedule over the updates, as `scheduleFromConfig` takes it. */
  learningRate: rateSchema,
  /** Images in one update. */
  batchSize: whole(1),
  /**
   * The batch is worked off in parts of this size where it does not fit into memory as a whole; the update is the same but
   * for rounding, and for dropout, which each part draws for itself. Has to divide batchSize, and to be ghostBatch where
   * the network has batch normalisation. `null`, the default: the whole batch at once.
   */
  microBatch: whole(1).nullable().default(null),
  /** Whether the last batch of an epoch is used although it is smaller. Default: keep. */
  lastBatch: name(['keep', 'drop']).default('keep'),
  /** When training ends, unless it reaches its target before. */
  length: lengthSchema,
  /** Ends training at the first evaluation that reaches it. Default: none. */
  target: targetSchema.nullable().default(null),
  evaluation: evaluationSchema.prefault({}),
  /** The parameters to start from, as another trial kept them, of a network of the same shapes. `null`, the default: random. */
  start: startSchema.nullable().default(null),
  /** Which parameters are kept: `nothing`, the default, those at the `end`, or those at all `evaluations`. Finite losses only. */
  keep: name(['nothing', 'end', 'evaluations']).default('nothing'),
  /** Fixes the start, the order of the images, how they are moved, dropout, and the batches whose noise is measured. */
  seed: whole(0, 2 ** 32 - 1),
  backend: name(['native', 'wasm']).default('native'),
  /** Threads inside one operation. Part of the trial, since sums in another order are other numbers. Default: 1. */
  threads: whole(1, 1024).default(1),
  /**
   * By how many processes each batch is worked off, with `threads` threads each: each takes the gradient of a part of it, and
   * all make the same update of their sum, which is that of the whole batch but for rounding. Parts are of whole micro-batches
   * where there are some, and of whole ghost batches: those of batch normalisation have to be smaller than batchSize then,
   * and so have micro-batches where there is dropout, which they draw. Not for rules that take the gradient elsewhere
   * (SAM). Part of the trial, as threads are. Default: 1.
   */
  processes: whole(1, 1024).default(1),
})

export type TrialFields = z.output<typeof trialFields>

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
