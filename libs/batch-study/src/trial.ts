import { ruleFromConfig } from '@flatland/optimizers'
import { z } from 'zod'
import { DATA_SETS } from './data-sets.ts'
import { unitOf } from './gradient-pieces.ts'
import { type TrialFields, trialFields } from './trial-fields.ts'
import { ghostBatchOf, hasDropout, hasNormalization, refusedNetwork } from './trial-network.ts'

const trialSchema = trialFields.transform((given, context) => {
  const refuse: Refuse = (path, message) => {
    context.issues.push({ code: 'custom', path, message, input: given })
  }
  const { data, network, evaluation } = given
  const sizes = DATA_SETS[data.name]
  const { train = sizes.train, heldOut = sizes.heldOut } = data
  const complete = {
    ...given,
    // The whole batch at once is the same, however it is said.
    network: 'ghostBatch' in network ? { ...network, ghostBatch: part(network.ghostBatch, given) } : network,
    microBatch: part(given.microBatch, given),
    data: { ...data, train, heldOut },
    evaluation: {
      ...evaluation,
      train: evaluation.train ?? Math.min(10_000, train),
      noise: evaluation.noise === undefined ? noiseFor(train) : evaluation.noise,
    },
  }
  const obstacle = refusedNetwork(complete)
  if (obstacle !== undefined) refuse(['network'], obstacle)
  checkSizes(complete, refuse)
  checkParts(complete, refuse)
  if (obstacle === undefined && given.processes > 1) checkProcesses(complete, refuse)
  if (obstacle === undefined && hasNormalization(complete)) checkNormalization(complete, refuse)
  if (evaluation.layers && !isLayerWise(given.rule))
    refuse(
      ['evaluation', 'layers'],
      `is true; ${ruleFromConfig(given.rule).name} does not scale layers: it must be false, but for LARS and LAMB`,
    )
  if (data.augmentation !== 'none' && sizes.shift === null) {
    refuse(
      ['data', 'augmentation'],
      `is ${data.augmentation}; it must be none, for ${data.name} has no images`,
    )
  }
  if (given.backend === 'wasm' && given.threads > 1)
    refuse(['threads'], `is ${given.threads}; wasm has one thread`)
  return complete
})

/**
 * A trial as it is written: what has a default may be left out.
 *
 * @interface
 */
export type TrialInput = z.input<typeof trialSchema>

/**
 * A training run as plain data, complete: nothing else goes into its result but code and machine.
 *
 * @interface
 */
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

/** LARS and LAMB, with clipped gradients or held to their start; where it is taken elsewhere, another gradient is looked at. */
function isLayerWise(config: TrialFields['rule']): boolean {
  const rule = ruleFromConfig(config)
  return rule.perturb === undefined && /^(?:LARS|LAMB),/.test(rule.name)
}

type Refuse = (path: PropertyKey[], message: string) => void

/** What the checks between fields look at. */
interface Sizes extends Pick<TrialFields, 'network' | 'batchSize' | 'microBatch' | 'lastBatch'> {
  readonly data: { readonly name: keyof typeof DATA_SETS; readonly train: number; readonly heldOut: number }
  readonly evaluation: Pick<TrialFields['evaluation'], 'normalization'> & {
    readonly train: number
    readonly noise: { readonly batches: number; readonly batchSize: number } | null
  }
}

/** What is looked at before a batch is divided. */
interface Parted extends Sizes {
  readonly rule: TrialFields['rule']
  readonly processes: number
}

function part(size: number | null, { batchSize }: { readonly batchSize: number }): number | null {
  return size === batchSize ? null : size
}

/** Two batches at least, or there is no noise to see. */
function noiseFor(train: number): { batches: number; batchSize: number } | null {
  const batches = Math.min(16, train)
  return batches < 2 ? null : { batches, batchSize: Math.min(64, Math.floor(train / batches)) }
}

function checkSizes({ data, batchSize, evaluation }: Sizes, refuse: Refuse): void {
  const most = (path: PropertyKey[], value: number, limit: number, what: string): void => {
    if (value > limit) refuse(path, `is ${value}; it must be a whole number from 1 to ${limit}, ${what}`)
  }
  const sizes = DATA_SETS[data.name]
  most(['data', 'train'], data.train, sizes.train, `the training images of ${data.name}`)
  most(['data', 'heldOut'], data.heldOut, sizes.heldOut, `the test images of ${data.name}`)
  most(['batchSize'], batchSize, data.train, 'the images trained on')
  most(['evaluation', 'train'], evaluation.train, data.train, 'the images trained on')
  const { noise } = evaluation
  if (noise !== null && noise.batches * noise.batchSize > data.train) {
    refuse(
      ['evaluation', 'noise'],
      `takes ${noise.batches} batches of ${noise.batchSize}; only ${data.train} images are trained on`,
    )
  }
}

function checkParts({ microBatch, batchSize, lastBatch, data }: Sizes, refuse: Refuse): void {
  if (microBatch === null) return
  const last = data.train % batchSize
  if (batchSize % microBatch !== 0) {
    refuse(['microBatch'], `is ${microBatch}; it must divide batchSize, ${batchSize}`)
  } else if (lastBatch === 'keep' && last !== 0) {
    refuse(['lastBatch'], `is keep; with microBatch the last batch, of ${last}, has to be dropped`)
  }
}

/** The update has to be that of one process: no part may have less than a unit, or draw or take statistics of its own. */
function checkProcesses(trial: Parted, refuse: Refuse): void {
  const { processes, batchSize, microBatch, lastBatch, data } = trial
  const [unit, last] = [unitOf(trial), data.train % batchSize]
  const units = unit === 1 ? 'batchSize' : `the parts of ${unit} in a batch`
  if (processes > Math.ceil(batchSize / unit)) {
    const most = Math.ceil(batchSize / unit)
    refuse(['processes'], `is ${processes}; it must be a whole number from 1 to ${most}, ${units}`)
  } else if (lastBatch === 'keep' && last > 0 && processes > Math.ceil(last / unit)) {
    refuse(
      ['lastBatch'],
      `is keep; the last batch, of ${last}, has no part for each of ${processes} processes: drop`,
    )
  }
  const mustBeOne = (why: string): void => {
    refuse(['processes'], `is ${processes}; it must be 1 ${why}`)
  }
  const rule = ruleFromConfig(trial.rule)
  if (rule.perturb !== undefined)
    mustBeOne(`for ${rule.name}, which takes a second gradient where the first one says`)
  if (hasNormalization(trial) && ghostBatchOf(trial) === null)
    mustBeOne('with batch normalisation over the whole batch: give network.ghostBatch, less than batchSize')
  if (hasDropout(trial) && microBatch === null)
    mustBeOne('with dropout drawn for the whole batch: give microBatch, less than batchSize')
}

/** Statistics are of parts that the trial names, and of two examples at least: one differs from its mean by nothing. */
function checkNormalization(
  { network, batchSize, microBatch, lastBatch, data, evaluation }: Sizes,
  refuse: Refuse,
): void {
  const ghost = 'ghostBatch' in network ? network.ghostBatch : null
  if (ghost !== null && ghost > batchSize) {
    refuse(
      ['network', 'ghostBatch'],
      `is ${ghost}; it must be a whole number from 2 to ${batchSize}, batchSize, or null`,
    )
  }
  if (microBatch !== null && microBatch !== ghost) {
    refuse(
      ['microBatch'],
      `is ${microBatch}; with batch normalisation it must be network.ghostBatch, ${String(ghost)}, or null: the ` +
        'statistics are those of the part',
    )
  }
  const leavesOne = (size: number): boolean => size === 1 || (ghost !== null && size % ghost === 1)
  const alone = 'which has nothing to normalise'
  if (leavesOne(batchSize)) {
    refuse(['batchSize'], `is ${batchSize}; its last part for batch normalisation is one example, ${alone}`)
  } else if (lastBatch === 'keep' && leavesOne(data.train % batchSize)) {
    refuse(
      ['lastBatch'],
      `is keep; the end of the last batch, of ${data.train % batchSize}, is one example, ${alone}: drop`,
    )
  }
  const { noise } = evaluation
  if (noise !== null && leavesOne(noise.batchSize))
    refuse(
      ['evaluation', 'noise'],
      `takes batches of ${noise.batchSize}; their last part is one example, ${alone}`,
    )
  if (evaluation.train === 1) refuse(['evaluation', 'train'], `is 1; it is one example, ${alone}`)
  if (evaluation.normalization === 'batch' && data.heldOut === 1)
    refuse(['data', 'heldOut'], `is 1; it is one example, ${alone}`)
}
