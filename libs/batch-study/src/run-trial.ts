import { cpus } from 'node:os'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { parameterCount } from '@flatland/networks'
import { useBackend } from '@flatland/tensor'
import { quantileSorted } from 'simple-statistics'
import { noiseMeter } from './batch-noise.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type DataParallelTraining, startDataParallel } from './data-parallel.ts'
import { evaluation } from './evaluation.ts'
import { hashOfParameters, readParameters, refusedStart } from './parameter-values.ts'
import { endlessBatches, updatesIn, updatesPerEpoch } from './trial-batches.ts'
import { type TrialData, trialData } from './trial-data.ts'
import { trialNetwork } from './trial-network.ts'
import type { CurvePoint, KeptParameters, TrialResult } from './trial-result.ts'
import { checkTrial, type Trial, TrialError, type TrialInput } from './trial.ts'
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
  /** The parameters that the trial's `start` names; none where it names none. All numbers, one tensor after another. */
  readonly start?: Float32Array | undefined
  /** Stops within one update: the promise is rejected with its reason, and nothing is left behind. */
  readonly signal?: AbortSignal | undefined
  /** Called after each update and each evaluation. */
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined
  /** Goes on from there: the result is what it would have been without a stop, but for times. */
  readonly from?: Checkpoint | undefined
  /** Asked after each update; where it says yes, `onCheckpoint` is called. A trial of several processes has no checkpoints. */
  readonly isCheckpointDue?: (() => boolean) | undefined
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined
}

/** What came of a trial in this process. */
export interface TrialRun {
  readonly result: TrialResult
  /** The parameters of `result.kept`, in its order: all numbers of θ, one tensor after another. */
  readonly kept: readonly Float32Array[]
}

/**
 * Runs a trial in this process, and in those that it starts where the trial wants several: trains, and evaluates at the
 * start, as often as the trial says, and at the end. Training step, evaluation and gradients are compiled. Between updates the
 * process listens to the rest of its work.
 *
 * A loss that is not finite ends it: that is a result, whose `divergedAt` names the update.
 *
 * @throws TrialError (a rejection) when the trial cannot be run, or not from the parameters given, before anything is loaded
 * @throws Error (a rejection) when its backend does not run here, or runs with other threads already; when its data set
 *   cannot be fetched, or is smaller than the trial wants; when one of its other processes ends (RankDied), or cannot go on;
 *   and the signal's reason
 *
 * @example
 * const { result } = await runTrial({ network: { kind: 'mlp', hidden: [128] }, data: { name: 'mnist' }, rule: { rule: 'sgd' },
 *   learningRate: 0.1, batchSize: 32, length: { epochs: 1 }, seed: 0 })
 * result.curve.at(-1).heldOut.accuracy // about 0.95
 */
export async function runTrial(given: TrialInput, options: RunOptions = {}): Promise<TrialRun> {
  const trial = checkTrial(given)
  checkStart(trial, options.start)
  const backend = await useBackend(trial.backend, { threads: trial.threads })
  const data = await trialData(trial)
  try {
    const training = await startOf(trial, data, options)
    try {
      options.signal?.throwIfAborted()
      const { kept, ...run } = await observed(trial, training, data, options)
      const result: TrialResult = {
        ...run,
        kept: kept.map(({ update, epoch, values }) => ({ update, epoch, sha256: hashOfParameters(values) })),
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
      return { result, kept: kept.map(({ values }) => values) }
    } finally {
      await training.dispose()
    }
  } finally {
    data.dispose()
  }
}

async function startOf(
  trial: Trial,
  { train: images }: TrialData,
  { start }: RunOptions,
): Promise<AnyTraining> {
  return trial.processes === 1 ? startTraining(trial, images, start) : startDataParallel(trial, images, start)
}

/** In this process, or in several. */
type AnyTraining = Training | DataParallelTraining

/** What is given is what the trial names. */
function checkStart(trial: Trial, start: Float32Array | undefined): void {
  const named = trial.start?.parameters
  if (named === undefined) {
    if (start === undefined) return
    throw new TrialError([{ path: 'start', message: 'is null; yet parameters to start from were given' }])
  }
  const message = refusedStart(trialNetwork(trial), named, start)
  if (message !== undefined) throw new TrialError([{ path: 'start.parameters', message }])
}

type Measured = Pick<CurvePoint, 'train' | 'heldOut' | 'distance' | 'noise' | 'layers'>

/** Measures the network as it is, before the update on a batch; `null` once its losses are not finite. */
type Observe = (update: number, batch: Int32Array) => Measured | null

function observe(
  { evaluation: how, seed }: Trial,
  training: AnyTraining,
  { train: images, heldOut: others }: TrialData,
): { at: Observe; dispose: () => void } {
  const { network, parameters, pass } = training
  const evaluate = evaluation(network, parameters, how)
  const meter = noiseMeter(network, parameters, images, pass)
  return {
    at: (update, batch) => {
      const { train, heldOut } = evaluate.at(images, how.train, others)
      const distance = training.distance()
      if (![train.loss, heldOut.loss, distance].every(Number.isFinite)) return null
      const noise = how.noise === null ? null : meter.at({ ...how.noise, seed, draw: update })
      const layers = how.layers ? training.layers(update, batch) : null
      return { train, heldOut, distance, noise, layers }
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
> & { readonly kept: readonly Kept[] }

interface Kept extends Pick<KeptParameters, 'update' | 'epoch'> {
  readonly values: Float32Array
}

/** The updates that make the graph of a compiled step, and run it for the first times; they are not timed. */
const TRACED = 4

async function observed(
  trial: Trial,
  training: AnyTraining,
  data: TrialData,
  options: RunOptions,
): Promise<Run> {
  const observer = observe(trial, training, data)
  try {
    return await train(trial, training, observer.at, options)
  } finally {
    observer.dispose()
  }
}

async function train(
  trial: Trial,
  training: AnyTraining,
  observeAt: Observe,
  { signal, onProgress, from, isCheckpointDue, onCheckpoint }: RunOptions,
): Promise<Run> {
  const perEpoch = updatesPerEpoch(trial)
  const updates = updatesIn(trial.length, perEpoch)
  const every = updatesIn(trial.evaluation.every, perEpoch)
  const curve = [...(from?.curve ?? [])]
  const kept: Kept[] = [...(from?.kept ?? [])]
  const times = [...(from?.times ?? [])]
  let losses = [...(from?.losses ?? [])]
  const first = from?.update ?? 0
  let [update, seconds] = [first, from?.seconds ?? 0]
  if (from !== undefined) await resume(training, from)
  const source = endlessBatches(trial)
  for (let passed = 0; passed < update; passed++) source.next()
  let batch = source.next().value

  /** @returns why training ends here, if it does */
  const evaluateHere = (): TrialResult['end'] | undefined => {
    const measured = observeAt(update, batch)
    if (measured === null) return 'diverged'
    const batchLoss = losses.length === 0 ? null : losses.reduce((a, b) => a + b) / losses.length
    const point = { update, epoch: update / perEpoch, seconds, batchLoss, ...measured }
    losses = []
    curve.push(point)
    onProgress?.({ update, updates, batchLoss, point })
    const end = reaches(point, trial.target) ? 'target' : update === updates ? 'completed' : undefined
    if (trial.keep === 'evaluations' || (trial.keep === 'end' && end !== undefined))
      kept.push({ update, epoch: point.epoch, values: readParameters(training.parameters) })
    return end
  }

  let end = from === undefined ? evaluateHere() : undefined
  while (end === undefined) {
    const ready = performance.now()
    const loss = await training.update(batch)
    update++
    if (update > first + TRACED) times.push(performance.now() - ready)
    batch = source.next().value
    seconds += (performance.now() - ready) / 1000
    if (!Number.isFinite(loss)) {
      end = 'diverged'
      break
    }
    losses.push(loss)
    onProgress?.({ update, updates, batchLoss: loss, point: null })
    await setImmediate()
    signal?.throwIfAborted()
    if (losses.length === every || update === updates) end = evaluateHere()
    if (end === undefined && isCheckpointDue?.() === true && 'state' in training)
      onCheckpoint?.({ update, seconds, losses, times, curve, kept, training: await training.state() })
  }
  const epochs = update / perEpoch
  const reached = end === 'target' ? curve.at(-1) : undefined
  return {
    end,
    divergedAt: end === 'diverged' ? update : null,
    updates: update,
    epochs,
    curve,
    kept,
    toTarget: reached === undefined ? null : { updates: update, epochs, seconds: reached.seconds },
    updateTime: quartiles(times),
    epochSeconds: update === 0 ? null : seconds / epochs,
  }
}

/** @throws RangeError (a rejection) when the checkpoint is of another trial */
async function resume(training: AnyTraining, { training: state }: Checkpoint): Promise<void> {
  if (!('restore' in training)) throw new RangeError('a trial of several processes has no checkpoints')
  await training.restore(state)
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
