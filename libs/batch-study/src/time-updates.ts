import { setImmediate } from 'node:timers/promises'
import { trainingStep } from '@flatland/compile'
import { batches, mnist } from '@flatland/datasets'
import { initialParameters, mlp, type Network } from '@flatland/networks'
import { crossEntropy, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { CLASSES, INPUTS, type UpdateTimeStudy } from './update-time-study.ts'

/** A hundredth of the usual rate: the loss must stay finite, how well it falls does not matter here. */
const LEARNING_RATE = 1e-4
const WARM_UP = 10
/** The first size also warms up the process: its JavaScript is compiled during the first hundreds of updates. */
const FIRST_WARM_UP = 300
/** So long in any case where these take longer than the study's seconds. */
const FIRST_SECONDS = 0.5
/**
 * The least for each size, whatever it takes. Compiled, the first two run eagerly and are traced, and the third and
 * fourth run the graph for the first times. A later check, which runs eagerly too, is one slow update among many.
 */
const LEAST_WARM_UP = { eager: 1, compiled: 4 }

/** The times of single updates at one batch size, in milliseconds, in the order they were taken. */
export interface TimesAtSize {
  readonly batchSize: number
  readonly times: readonly number[]
}

/**
 * Times single updates of plain gradient descent on MNIST at each batch size, in this process, on the backend in
 * use.
 *
 * Batches are prepared outside the timed part. Each size is warmed up first: by up to ten updates, at least by one
 * (compiled: by the four that make its graph), for `secondsPerSize` at most; the first size by up to 300, for at
 * least half a second if they take as long. Then it is timed, until its repetitions or its seconds are used up, at
 * least once. An update ends when its loss has been read back, so nothing is left running.
 *
 * @throws Error when a compiled update still runs eagerly after its warm-up
 */
export async function* timeUpdates(study: UpdateTimeStudy): AsyncGenerator<TimesAtSize> {
  const { train } = await mnist()
  const network = mlp({ inputs: INPUTS, hidden: [...study.hidden], classes: CLASSES })
  const parameters = initialParameters(network, randomStream(study.seed))
  const step = stepOf(network, parameters, study.mode)
  try {
    for (const batchSize of study.batchSizes) {
      const prepared = prepare(train, batchSize, study.seed)
      const update = (repetition: number): void => {
        const { x, y } = prepared[repetition % prepared.length] ?? never()
        const loss = step.update(x, y)
        loss.dataSync()
        loss.dispose()
      }
      try {
        const isFirst = batchSize === study.batchSizes[0]
        await warmUp(study, isFirst, update)
        step.check()
        yield { batchSize, times: await timed(study, update) }
      } finally {
        tf.dispose(prepared.map(({ x, y }) => [x, y]))
      }
    }
  } finally {
    step.dispose()
    tf.dispose(parameters)
  }
}

interface Step {
  /** @returns the loss before the update, to be disposed of */
  readonly update: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor
  /** @throws when the last update did not run in the mode of the study */
  readonly check: () => void
  readonly dispose: () => void
}

function stepOf(network: Network, parameters: tf.Variable[], mode: UpdateTimeStudy['mode']): Step {
  const optimizer = tf.train.sgd(LEARNING_RATE)
  const loss = (theta: readonly tf.Variable[], x: tf.Tensor, y: tf.Tensor): tf.Scalar =>
    crossEntropy(network.logits(theta, x), y)
  if (mode === 'eager') {
    const update = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      optimizer.minimize(() => loss(parameters, x, y), true, parameters) ?? never()
    return {
      update,
      check: () => undefined,
      dispose: () => {
        optimizer.dispose()
      },
    }
  }
  const compiled = trainingStep(optimizer, parameters, loss)
  return {
    update: compiled,
    check: () => {
      if (compiled.explain().at(-1)?.runs !== true)
        throw new Error('the compiled update still runs eagerly after its warm-up; its times would mislead')
    },
    dispose: () => {
      compiled.dispose()
      optimizer.dispose()
    },
  }
}

interface Batch {
  readonly x: tf.Tensor
  readonly y: tf.Tensor
}

/** A few batches of the size, so that an update does not always see what is still in the cache. */
function prepare(
  train: Awaited<ReturnType<typeof mnist>>['train'],
  batchSize: number,
  seed: number,
): Batch[] {
  const count = Math.max(1, Math.min(8, Math.floor(16_384 / batchSize)))
  const prepared: Batch[] = []
  for (const { images, labels, size } of batches(train, { batchSize, seed })) {
    const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat())
    prepared.push({ x: tf.tensor2d(images, [size, 784]), y })
    if (prepared.length === count) break
  }
  return prepared
}

/** Between updates the process listens, so that it ends when nobody waits for it any more. */
async function warmUp(
  { mode, secondsPerSize }: UpdateTimeStudy,
  isFirst: boolean,
  update: (repetition: number) => void,
): Promise<void> {
  const most = isFirst ? FIRST_WARM_UP : WARM_UP
  const seconds = isFirst ? Math.max(secondsPerSize, FIRST_SECONDS) : secondsPerSize
  const end = performance.now() + seconds * 1000
  for (let i = 0; i < most && (i < LEAST_WARM_UP[mode] || performance.now() < end); i++) {
    update(i)
    await setImmediate()
  }
}

async function timed(
  { repetitions, secondsPerSize }: UpdateTimeStudy,
  update: (repetition: number) => void,
): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + secondsPerSize * 1000
  while (times.length < repetitions && (times.length === 0 || performance.now() < end)) {
    const before = performance.now()
    update(times.length)
    times.push(performance.now() - before)
    await setImmediate()
  }
  return times
}

function never(): never {
  throw new Error('no batch was prepared, or no loss came back')
}
