import { ruleFromConfig, scheduleFromConfig } from '@flatland/optimizers'
import { z } from 'zod'

/** The data sets that a trial can name, and how many images each split has. */
export const DATA_SETS = {
  mnist: { train: 60_000, heldOut: 10_000, image: [28, 28, 1] },
  'fashion-mnist': { train: 60_000, heldOut: 10_000, image: [28, 28, 1] },
  cifar10: { train: 50_000, heldOut: 10_000, image: [32, 32, 3] },
} as const

/** All of them have ten. */
export const CLASSES = 10

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

const networkSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('mlp'),
      /** Units of each hidden layer; none for a linear classifier. */
      hidden: z.array(whole(1, 1e6)),
    }),
    z.strictObject({
      kind: z.literal('cnn'),
      /** Filters of the two convolutions, and units of the two dense layers. */
      filters: z.tuple([whole(1, 1e6), whole(1, 1e6)]),
      hidden: z.tuple([whole(1, 1e6), whole(1, 1e6)]),
    }),
  ],
  { error: ({ input }) => `is of kind ${shown(fieldOf(input, 'kind'))}; it must be one of mlp, cnn` },
)

const dataSchema = z.strictObject({
  name: name(['mnist', 'fashion-mnist', 'cifar10']),
  /** How many images are trained on: the first ones. Default: all. */
  train: whole(1).optional(),
  /** How many images accuracy is measured on: the first ones of the test set. Default: all. */
  heldOut: whole(1).optional(),
})

/** What `ruleFromConfig` takes, with all settings written out; what it refuses is refused here. */
const ruleSchema = z.record(z.string(), z.json()).transform((config, context) => {
  try {
    const rule = ruleFromConfig(config)
    if (rule.period === 1) return { ...rule.config }
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
   * How the gradient's noise is measured: so many batches of such a size, drawn without repetition from the training
   * images; `null` leaves it out. Default: 16 of 64, or less where there are fewer images.
   */
  noise: z
    .strictObject({ batches: whole(2, 256), batchSize: whole(1) })
    .nullable()
    .optional(),
})

const fields = z.strictObject({
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
   * for rounding. Has to divide batchSize. `null`, the default: the whole batch at once.
   */
  microBatch: whole(1).nullable().default(null),
  /** Whether the last batch of an epoch is used although it is smaller. Default: keep. */
  lastBatch: name(['keep', 'drop']).default('keep'),
  /** When training ends, unless it reaches its target before. */
  length: lengthSchema,
  /** Ends training at the first evaluation that reaches it. Default: none. */
  target: targetSchema.nullable().default(null),
  evaluation: evaluationSchema.prefault({}),
  /** Fixes the start, the order of the images, and the batches whose noise is measured. */
  seed: whole(0, 2 ** 32 - 1),
  backend: name(['native', 'wasm']).default('native'),
  /** Threads inside one operation. Part of the trial, since sums in another order are other numbers. Default: 1. */
  threads: whole(1, 1024).default(1),
})

const trialSchema = fields.transform((given, context) => {
  const refuse = (path: PropertyKey[], message: string): void => {
    context.issues.push({ code: 'custom', path, message, input: given })
  }
  const sizes = DATA_SETS[given.data.name]
  const { train = sizes.train, heldOut = sizes.heldOut, name } = given.data
  const { batchSize, evaluation } = given
  const microBatch = given.microBatch ?? batchSize
  const most = (path: PropertyKey[], value: number, limit: number, what: string): void => {
    if (value > limit) refuse(path, `is ${value}; it must be a whole number from 1 to ${limit}, ${what}`)
  }
  most(['data', 'train'], train, sizes.train, `the training images of ${name}`)
  most(['data', 'heldOut'], heldOut, sizes.heldOut, `the test images of ${name}`)
  most(['batchSize'], batchSize, train, 'the images trained on')
  const evaluated = evaluation.train ?? Math.min(10_000, train)
  most(['evaluation', 'train'], evaluated, train, 'the images trained on')
  if (batchSize % microBatch !== 0) {
    refuse(['microBatch'], `is ${microBatch}; it must divide batchSize, ${batchSize}`)
  } else if (microBatch < batchSize && given.lastBatch === 'keep' && train % batchSize !== 0) {
    refuse(
      ['lastBatch'],
      `is keep; with microBatch the last batch, of ${train % batchSize}, has to be dropped`,
    )
  }
  const noise = evaluation.noise === undefined ? noiseFor(train) : evaluation.noise
  if (noise !== null && noise.batches * noise.batchSize > train) {
    refuse(
      ['evaluation', 'noise'],
      `takes ${noise.batches} batches of ${noise.batchSize}; only ${train} images are trained on`,
    )
  }
  if (given.backend === 'wasm' && given.threads > 1)
    refuse(['threads'], `is ${given.threads}; wasm has one thread`)
  return {
    ...given,
    microBatch: microBatch < batchSize ? microBatch : null,
    data: { name, train, heldOut },
    evaluation: { ...evaluation, train: evaluated, noise },
  }
})

/** Two batches at least, or there is no noise to see. */
function noiseFor(train: number): { batches: number; batchSize: number } | null {
  const batches = Math.min(16, train)
  return batches < 2 ? null : { batches, batchSize: Math.min(64, Math.floor(train / batches)) }
}

/** A trial as it is written: what has a default may be left out. */
export type TrialInput = z.input<typeof trialSchema>

/** A training run as plain data, complete: nothing else goes into its result but code and machine. */
export type Trial = z.output<typeof trialSchema>

/** One field of a trial that cannot be meant. */
export interface TrialIssue {
  /** Where, e.g. `data.train`. */
  readonly path: string
  /** What was given, and what is allowed. */
  readonly message: string
}

/** A trial that cannot be run: nothing of it, or of those beside it, was begun. */
export class TrialError extends RangeError {
  override name = 'TrialError'
  readonly issues: readonly TrialIssue[]

  constructor(issues: readonly TrialIssue[], which = 'This trial') {
    super(`${which} cannot be run:\n${issues.map(({ path, message }) => `  ${path} ${message}`).join('\n')}`)
    this.issues = issues
  }
}

/**
 * Checks a trial, and fills in what was left out.
 *
 * @param which how to name it in an error. Default: 'This trial'
 * @returns the complete trial, frozen; complete trials come back as they are
 * @throws TrialError that names every field which is wrong, with what was given and what is allowed
 *
 * @example
 * const trial = checkTrial({ network: { kind: 'mlp', hidden: [128] }, data: { name: 'mnist' }, rule: { rule: 'sgd' },
 *   learningRate: 0.1, batchSize: 32, length: { epochs: 1 }, seed: 0 })
 * trial.data.train // 60000
 */
export function checkTrial(given: unknown, which?: string): Trial {
  const result = trialSchema.safeParse(given)
  if (result.success) return Object.freeze(result.data)
  const issues = result.error.issues.map(({ path, message }) => ({
    path: path.length === 0 ? 'it' : path.join('.'),
    message: message.startsWith('is ') || message.startsWith('takes ') ? message : `is refused: ${message}`,
  }))
  throw new TrialError(issues, which)
}

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
