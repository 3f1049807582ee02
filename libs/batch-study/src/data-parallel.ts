import { closeSync } from 'node:fs'
import { useBackend } from '@flatland/tensor'
import { codeHash } from './code-hash.ts'
import { type GradientBoard, gradientBoard, openBoardFile } from './gradient-board.ts'
import {
  BOARD_FILE,
  type FromRank,
  type RankJob,
  type RankProcess,
  rankProcess,
  type ToRank,
} from './rank-process.ts'
import { rankTraining, type RankTraining } from './rank-training.ts'
import type { Training } from './training.ts'
import { endlessBatches, updatesIn, updatesPerEpoch } from './trial-batches.ts'
import { type TrialImages, trialData } from './trial-data.ts'
import type { Trial } from './trial.ts'

/** A network that several processes train. */
export interface DataParallelTraining extends Omit<Training, 'update' | 'dispose' | 'state' | 'restore'> {
  /** @throws RankDied, or Error (a rejection) when another process cannot go on, or has become another network */
  readonly update: (places: Int32Array) => Promise<number>
  /** Resolves when the other processes have ended. */
  readonly dispose: () => Promise<void>
}

/** What this process loaded, read before an edit can come. */
const code = codeHash()

/**
 * The start of a trial with several processes: this one is rank 0, and starts the others. At each update every rank takes the
 * gradient of its part of the batch, shows it to the others, adds up all parts in the order of ranks, and makes the step. So
 * who is faster changes nothing, and no parameters travel. The batches of a rank follow from the trial, so that it begins with
 * the next one while rank 0 evaluates.
 *
 * When the trial evaluates, all ranks tell the hash of their parameters and of the optimiser's state: it has to be the same.
 *
 * @throws RankDied (a rejection) when a process ended
 * @throws Error (a rejection) when one cannot start, or has loaded other code
 */
export async function startDataParallel(
  trial: Trial,
  images: TrialImages,
  start?: Float32Array,
): Promise<DataParallelTraining> {
  const ranks = trial.processes
  const own = rankTraining(trial, { rank: 0, ranks }, images, start)
  const file = openBoardFile(ranks, own.size)
  const others = Array.from({ length: ranks - 1 }, (_, i) => rankProcess({ rank: i + 1, ranks }, file))
  const dispose = async (): Promise<void> => {
    await Promise.all(others.map(each => each.kill()))
    closeSync(file)
    own.dispose()
  }
  try {
    others.forEach((each, i) => {
      each.tell({ kind: 'job', job: { trial, rank: i + 1, ranks, ...(start && { start }) } })
    })
    const started = await Promise.all(others.map(each => each.next('started')))
    if (started.some(each => each.code !== code))
      throw new Error('The code was edited since this process loaded it: start this process anew.')
  } catch (error) {
    await dispose()
    throw error
  }
  const board = gradientBoard(file, { rank: 0, ranks }, own.size)
  return { ...own, update: leadRank(trial, own, board, others), dispose }
}

/**
 * Rank 0's updates: it says when all gradients are there.
 *
 * @throws what `next` of the others does, and Error (a rejection) when one is not at what rank 0 is
 */
export function leadRank(
  trial: Trial,
  own: RankTraining,
  board: GradientBoard,
  others: readonly RankProcess[],
): DataParallelTraining['update'] {
  const perEpoch = updatesPerEpoch(trial)
  const every = updatesIn(trial.evaluation.every, perEpoch)
  const last = updatesIn(trial.length, perEpoch)
  let update = 0
  const pass = async (places: Int32Array, hash: boolean): Promise<number> => {
    const share = own.share(update, places)
    board.put(share.gradient)
    const put = await Promise.all(others.map(each => each.next('put')))
    for (const each of others) each.tell({ kind: 'step', hash })
    own.step(board.sum(share.gradient))
    return put.reduce((sum, { loss }) => sum + loss, share.loss)
  }
  return async places => {
    const isEvaluated = (update + 1) % every === 0 || update + 1 === last
    const losses: number[] = []
    for (let i = 1; i <= own.passes; i++) losses.push(await pass(places, isEvaluated && i === own.passes))
    update++
    if (isEvaluated) {
      const hashes = await Promise.all(others.map(each => each.next('hash')))
      checkHashes(update, [await own.hash(), ...hashes.map(({ hash }) => hash)])
    }
    return losses[0] ?? NaN
  }
}

/** @throws Error naming the first rank that is not at what rank 0 is */
function checkHashes(update: number, hashes: readonly string[]): void {
  const other = hashes.findIndex(hash => hash !== hashes[0])
  if (other < 0) return
  throw new Error(
    `After update ${update}, process ${other + 1} of the ${hashes.length} of this trial has other parameters, or another ` +
      'state of the optimiser, than the first: this training is not to be trusted.',
  )
}

/** What the process of a rank hears and says. */
export interface RankChannel {
  readonly hear: () => Promise<ToRank>
  readonly tell: (message: FromRank) => void
}

/**
 * The work of a rank other than 0, until its last update: one after another, when rank 0 says so.
 *
 * @throws Error (a rejection) when its data cannot be loaded, or its backend does not run
 */
export async function followRank({ hear, tell }: RankChannel): Promise<void> {
  const { trial, start, ...rank } = jobIn(await hear())
  await useBackend(trial.backend, { threads: trial.threads })
  // It evaluates nothing.
  const data = await trialData({ ...trial, data: { ...trial.data, heldOut: 1 } })
  const own = rankTraining(trial, rank, data.train, start)
  const board = gradientBoard(BOARD_FILE, rank, own.size)
  tell({ kind: 'started', code })
  const source = endlessBatches(trial)
  const last = updatesIn(trial.length, updatesPerEpoch(trial))
  for (let update = 0; update < last; update++) {
    const places = source.next().value
    for (let pass = 0; pass < own.passes; pass++) {
      const { loss, gradient } = own.share(update, places)
      board.put(gradient)
      tell({ kind: 'put', loss })
      const message = await hear()
      own.step(board.sum(gradient))
      if (message.kind === 'step' && message.hash) tell({ kind: 'hash', hash: await own.hash() })
    }
  }
}

function jobIn(message: ToRank): RankJob {
  if (message.kind === 'job') return message.job
  throw new Error(`a rank was told '${message.kind}' before its job`)
}
