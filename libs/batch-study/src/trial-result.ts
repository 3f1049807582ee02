import { z } from 'zod'

// z.number() refuses NaN and infinities, which JSON would make null of: a number that is not finite is left out by name.

const lossAndAccuracy = z.strictObject({ loss: z.number(), accuracy: z.number() })

const noiseSchema = z.strictObject({
  /** The size of the batches; losses, cosines and gradients below are theirs. */
  batchSize: z.number(),
  /** How many batches. */
  batches: z.number(),
  /** Mean and standard deviation of the losses of the batches. */
  loss: z.number(),
  lossSpread: z.number(),
  /** Mean and standard deviation of the cosine between the gradients of two batches; `null` where one is 0. */
  cosine: z.number().nullable(),
  cosineSpread: z.number().nullable(),
  /** |g| of all batches together. */
  gradientNorm: z.number(),
  /** |G|² and tr Σ without bias, and B_simple = tr Σ / |G|²: see `noiseFromGram`. */
  signal: z.number(),
  noise: z.number(),
  scale: z.number().nullable(),
  standardError: z.number().nullable(),
})

const layerSchema = z.strictObject({
  /** Of the parameter tensor, as the network names it. */
  name: z.string(),
  /** ‖θ‖, the norm that it, or φ of it, is divided by, and the trust ratio. */
  weightNorm: z.number(),
  directionNorm: z.number(),
  ratio: z.number(),
})

export const pointSchema = z.strictObject({
  /** Updates done. */
  update: z.number(),
  /** Epochs done. */
  epoch: z.number(),
  /** Time of training so far, without evaluations. */
  seconds: z.number(),
  /** Mean loss of the batches since the point before; `null` at the start. */
  batchLoss: z.number().nullable(),
  train: lossAndAccuracy,
  heldOut: lossAndAccuracy,
  /** ‖θ − θ₀‖, from the trial's own start. */
  distance: z.number(),
  /** `null` where the trial measures none, or the gradients are not finite. */
  noise: noiseSchema.nullable(),
  /**
   * How LARS or LAMB would scale each parameter tensor in the update that comes next, on its batch; `null` where the trial does not
   * look, or a number is not finite.
   */
  layers: z.array(layerSchema).nullable().default(null),
})

const backendSchema = z.strictObject({
  name: z.enum(['native', 'wasm', 'cpu']),
  /** Its version, `null` off native. */
  tensorflow: z.string().nullable(),
  threads: z.number(),
  node: z.string(),
  /** Operating system and processor. */
  machine: z.string(),
})

const keptSchema = z.strictObject({
  update: z.number(),
  epoch: z.number(),
  /** Of its bytes, float32 as they lie: under this the parameters are kept beside the store's records. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export const resultSchema = z.strictObject({
  /** `completed`: its length; `target`: it was reached before; `diverged`: the loss was not finite any more. */
  end: z.enum(['completed', 'target', 'diverged']),
  /** The first update whose batch loss, or after which the evaluated loss, is not finite. */
  divergedAt: z.number().nullable(),
  updates: z.number(),
  epochs: z.number(),
  /** At the start, at each evaluation, and at the end; finite losses only. */
  curve: z.array(pointSchema),
  /** The first point of the curve that reaches the target; `null` without target, or short of it. */
  toTarget: z.strictObject({ updates: z.number(), epochs: z.number(), seconds: z.number() }).nullable(),
  /** Quartiles of the time of one update, in ms; the first four, which make the graph, are left out. */
  updateTime: z.strictObject({ lower: z.number(), median: z.number(), upper: z.number() }).nullable(),
  /** Time of training for one epoch, with the preparation of its batches; `null` when nothing was trained. */
  epochSeconds: z.number().nullable(),
  /** The parameters that were kept, in the order of updates: those that the trial's `keep` says. */
  kept: z.array(keptSchema).default([]),
  /** The optimiser and the network in full. */
  optimizer: z.string(),
  network: z.string(),
  parameters: z.number(),
  backend: backendSchema,
})

/**
 * What came of a trial, as plain data. All but the times is the same for the same trial, code and backend.
 *
 * @interface
 */
export type TrialResult = Readonly<z.infer<typeof resultSchema>>

/**
 * Parameters that were kept, and after which update.
 *
 * @interface
 */
export type KeptParameters = Readonly<z.infer<typeof keptSchema>>

/**
 * One evaluation.
 *
 * @interface
 */
export type CurvePoint = Readonly<z.infer<typeof pointSchema>>

/**
 * How a layer-wise rule scales one parameter tensor.
 *
 * @interface
 */
export type LayerScale = Readonly<z.infer<typeof layerSchema>>

/**
 * What is measured on batches at one point.
 *
 * @interface
 */
export type BatchNoise = Readonly<z.infer<typeof noiseSchema>>
