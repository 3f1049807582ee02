import { cpus } from 'node:os'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { permutation } from '@flatland/datasets'
import { parameterCount } from '@flatland/networks'
import { useBackend } from '@flatland/tensor'
import { quantileSorted } from 'simple-statistics'
import { noiseMeter } from './batch-noise.ts'
import { evaluation } from './evaluation.ts'
import { type TrialData, trialData } from './trial-data.ts'
import type { CurvePoint, TrialResult } from './trial-result.ts'
import { checkTrial, type Trial, type TrialInput } from './trial.ts'
import { startTraining, type Training } from './training.ts'

/** How far a trial is. */
export interface TrialProgress {
  /** Updates done, and how many there will be at most. */
  readonly update: number
  readonly updates: number
  /** Loss of the last batch, before its update. */
  readonly batchLoss: number | null
  /** The evaluation that was just made, if one was. */
  readonly point: CurvePoint | null
}

export interface RunOptions {
  /** Stops within one update: the promise is rejected with its reason, and nothing is left behind. */
  readonly signal?: AbortSignal | undefined
  /** Called after each update and each evaluation. */
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined
}

/**
 * Runs a trial in this process: trains, and evaluates at the start, as often as the trial says, and at the end. Training
 * step, evaluation and gradients are compiled. Between updates the process listens to the rest of its work.
 *
 * A loss that is not finite ends it: that is a result, whose `divergedAt` names the update.
 *
 * @throws TrialError (a rejection) when the trial cannot be run, before anything is loaded
 * @throws Error (a rejection) when its backend does not run here, or runs with other threads already; when its data set
 *   cannot be fetched; and the signal's reason
 *
 * @example
 * const { curve } = await runTrial({ network: { kind: 'mlp', hidden: [128] }, data: { name: 'mnist' }, rule: { rule: 'sgd' },
 *   learningRate: 0.1, batchSize: 32, length: { epochs: 1 }, seed: 0 })
 * curve.at(-1).heldOut.accuracy // about 0.95
 */
export async function runTrial(given: TrialInput, options: RunOptions = {}): Promise<TrialResult> {
  const trial = checkTrial(given)
  const backend = await useBackend(trial.backend, { threads: trial.threads })
  const data = await trialData(trial)
  const training = startTraining(trial, data.train)
  const observer = observe(trial, training, data)
  try {
    options.signal?.throwIfAborted()
    const run = await train(trial, training, observer.at, options)
    return {
      ...run,
      optimizer: training.optimizer,
      network: training.network.name,
      parameters: parameterCount(training.network),
      backend: {
        name: backend.name,
        tensorflow: backend.tensorflow,
        threads: backend.threads,
        node: process.version,
        machine: `${process.platform} ${process.arch}, ${cpus()[0]?.model ?? 'unknown processor'}`,
      },
    }
  } finally {
    observer.dispose()
    training.dispose()
    data.dispose()
  }
}

type Measured = Pick<CurvePoint, 'train' | 'heldOut' | 'distance' | 'noise'>

/** Measures the network as it is; `null` once its losses are not finite. */
type Observe = (update: number) => Measured | null

function observe(
  { evaluation: how, seed }: Trial,
  training: Training,
  { train: images, heldOut: others }: TrialData,
): { at: Observe; dispose: () => void } {
  const { network, parameters } = training
  const evaluate = evaluation(network, parameters, how.dtype)
  const meter = noiseMeter(network, parameters, images)
  return {
    at: update => {
      const [train, heldOut] = [evaluate.at(images, how.train), evaluate.at(others, others.size)]
      const distance = training.distance()
      if (![train.loss, heldOut.loss, distance].every(Number.isFinite)) return null
      const noise = how.noise === null ? null : meter.at({ ...how.noise, seed, draw: update })
      return { train, heldOut, distance, noise }
    },
    dispose: () => {
      evaluate.dispose()
      meter.dispose()
    },
  }
}

type Run = Pick<
  TrialResult,
  'end' | 'divergedAt' | 'updates' | 'epochs' | 'curve' | 'toTarget' | 'updateTime' | 'epochSeconds'
>

/** The updates that make the graph of a compiled step, and run it for the first times. */
const TRACED = 4

async function train(
  trial: Trial,
  training: Training,
  observeAt: Observe,
  { signal, onProgress }: RunOptions,
): Promise<Run> {
  const perEpoch = updatesPerEpoch(trial)
  const updates = updatesIn(trial.length, perEpoch)
  const every = updatesIn(trial.evaluation.every, perEpoch)
  const curve: CurvePoint[] = []
  const times: number[] = []
  let [update, seconds, since] = [0, 0, 0]
  let losses: number[] = []

  /** @returns why training ends here, if it does */
  const evaluateHere = (): TrialResult['end'] | undefined => {
    const measured = observeAt(update)
    if (measured === null) return 'diverged'
    const batchLoss = losses.length === 0 ? null : losses.reduce((a, b) => a + b) / losses.length
    const point = { update, epoch: update / perEpoch, seconds, batchLoss, ...measured }
    losses = []
    curve.push(point)
    onProgress?.({ update, updates, batchLoss, point })
    if (reaches(point, trial.target)) return 'target'
    return update === updates ? 'completed' : undefined
  }

  let end = evaluateHere()
  const source = endlessBatches(trial)
  while (end === undefined) {
    const before = performance.now()
    const batch = source.next().value
    const ready = performance.now()
    const loss = training.update(batch)
    update++
    times.push(performance.now() - ready)
    seconds += (performance.now() - before) / 1000
    if (!Number.isFinite(loss)) {
      end = 'diverged'
      break
    }
    losses.push(loss)
    since++
    onProgress?.({ update, updates, batchLoss: loss, point: null })
    await setImmediate()
    signal?.throwIfAborted()
    if (since === every || update === updates) {
      since = 0
      end = evaluateHere()
    }
  }
  const epochs = update / perEpoch
  const reached = end === 'target' ? curve.at(-1) : undefined
  return {
    end,
    divergedAt: end === 'diverged' ? update : null,
    updates: update,
    epochs,
    curve,
    toTarget: reached === undefined ? null : { updates: update, epochs, seconds: reached.seconds },
    updateTime: quartiles(times.slice(TRACED)),
    epochSeconds: update === 0 ? null : seconds / epochs,
  }
}

/** At least one. */
function updatesIn(length: Trial['length'], perEpoch: number): number {
  return 'updates' in length ? length.updates : Math.max(1, Math.round(length.epochs * perEpoch))
}

function updatesPerEpoch({ batchSize, lastBatch, data }: Trial): number {
  return lastBatch === 'keep' ? Math.ceil(data.train / batchSize) : Math.floor(data.train / batchSize)
}

/** Batches of places, epoch after epoch, each in an order of its own. */
function* endlessBatches({
  batchSize,
  lastBatch,
  data,
  seed,
}: Trial): Generator<Int32Array, never, undefined> {
  for (let epoch = 0; ; epoch++) {
    const order = Int32Array.from(permutation(data.train, seed, epoch))
    for (let from = 0; from < order.length; from += batchSize) {
      const places = order.subarray(from, from + batchSize)
      if (lastBatch === 'keep' || places.length === batchSize) yield places
    }
  }
}

function reaches(point: CurvePoint, target: Trial['target']): boolean {
  if (target === null) return false
  const { loss, accuracy } = point[target.of]
  return 'loss' in target ? loss <= target.loss : accuracy >= target.accuracy
}

function quartiles(times: readonly number[]): TrialResult['updateTime'] {
  if (times.length === 0) return null
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => quantileSorted(sorted, share)
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) }
}
