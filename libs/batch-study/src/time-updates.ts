import { setImmediate } from 'node:timers/promises'
import { batches, mnist } from '@flatland/datasets'
import { initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { UpdateTimeStudy } from './update-time-study.ts'

const CLASSES = 10
/** A hundredth of the usual rate: the loss must stay finite, how well it falls does not matter here. */
const LEARNING_RATE = 1e-4
const WARM_UP = 10
/** The first size also warms up the process: its JavaScript is compiled during the first hundreds of updates. */
const FIRST_WARM_UP = 300

/** The times of single updates at one batch size, in milliseconds, in the order they were taken. */
export interface TimesAtSize {
  readonly batchSize: number
  readonly times: readonly number[]
}

/**
 * Times single updates of plain gradient descent on MNIST at each batch size, in this process, on the backend in
 * use.
 *
 * Batches are prepared outside the timed part. Each size is warmed up first: by up to ten updates, the first size
 * by up to 300, at least by one, and for `secondsPerSize` at most. Then it is timed, until its repetitions or its
 * seconds are used up, at least once. An update ends when its loss has been read back, so nothing is left running.
 */
export async function* timeUpdates(study: UpdateTimeStudy): AsyncGenerator<TimesAtSize> {
  const { train } = await mnist()
  const network = mlp({ inputs: 784, hidden: [...study.hidden], classes: CLASSES })
  const parameters = initialParameters(network, randomStream(study.seed))
  const optimizer = tf.train.sgd(LEARNING_RATE)
  const update = ({ x, y }: Batch): void => {
    const loss = optimizer.minimize(() => crossEntropy(network.logits(parameters, x), y), true, parameters)
    loss?.dataSync()
    loss?.dispose()
  }
  try {
    for (const batchSize of study.batchSizes) {
      const prepared = prepare(train, batchSize, study.seed)
      try {
        const warmUp = batchSize === study.batchSizes[0] ? FIRST_WARM_UP : WARM_UP
        const times = await repeat(study, warmUp, repetition => {
          update(prepared[repetition % prepared.length] ?? never())
        })
        yield { batchSize, times }
      } finally {
        tf.dispose(prepared.map(({ x, y }) => [x, y]))
      }
    }
  } finally {
    tf.dispose(parameters)
    optimizer.dispose()
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
async function repeat(
  study: UpdateTimeStudy,
  warmUp: number,
  update: (repetition: number) => void,
): Promise<number[]> {
  const budget = study.secondsPerSize * 1000
  const started = performance.now()
  for (let i = 0; i < warmUp && (i === 0 || performance.now() - started < budget); i++) {
    update(i)
    await setImmediate()
  }
  const times: number[] = []
  const timed = performance.now()
  while (times.length < study.repetitions && (times.length === 0 || performance.now() - timed < budget)) {
    const before = performance.now()
    update(times.length)
    times.push(performance.now() - before)
    await setImmediate()
  }
  return times
}

function never(): never {
  throw new Error('no batch was prepared')
}
