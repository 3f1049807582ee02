import { trainingStep } from '@flatland/compile'
import { initialParameters, type Network } from '@flatland/networks'
import { accumulate, optimizer, ruleFromConfig, scheduleFromConfig } from '@flatland/optimizers'
import { crossEntropy, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { imagesAt, type TrialImages } from './trial-data.ts'
import { trialNetwork } from './trial-network.ts'
import type { Trial } from './trial.ts'

/** A network in training. */
export interface Training {
  readonly network: Network
  readonly parameters: readonly tf.Variable[]
  /** The optimiser in full. */
  readonly optimizer: string
  /** One update on the images at these places. @returns the loss of the batch before it */
  readonly update: (places: Int32Array) => number
  /** ‖θ − θ₀‖. */
  readonly distance: () => number
  readonly dispose: () => void
}

/** The start of a trial; its updates are compiled. */
export function startTraining(trial: Trial, images: TrialImages): Training {
  const network = trialNetwork(trial)
  const parameters = initialParameters(network, randomStream(trial.seed))
  const start = parameters.map(parameter => parameter.clone())
  const base = ruleFromConfig(trial.rule)
  const part = trial.microBatch ?? trial.batchSize
  const parts = trial.batchSize / part
  const rate = trial.learningRate
  const descent = optimizer(
    parts > 1 ? accumulate(base, parts) : base,
    typeof rate === 'number' ? rate : scheduleFromConfig(rate),
  )
  const step = trainingStep(descent, parameters, (theta, places: tf.Tensor) => {
    const { x, labels } = imagesAt(images, places)
    return crossEntropy(network.logits(theta, x), tf.oneHot(labels, network.classes).toFloat())
  })
  const stepOn = (places: Int32Array): number => {
    const indices = tf.tensor1d(places, 'int32')
    const loss = step(indices)
    const [value = NaN] = loss.dataSync()
    tf.dispose([indices, loss])
    return value
  }
  return {
    network,
    parameters,
    optimizer: descent.name,
    update: places => {
      if (parts === 1) return stepOn(places)
      let sum = 0
      for (let from = 0; from < places.length; from += part) sum += stepOn(places.subarray(from, from + part))
      return sum / parts
    },
    distance: () =>
      tf.tidy(() => {
        const squares = parameters.map((each, i) =>
          each
            .sub(start[i] ?? each)
            .square()
            .sum(),
        )
        return Math.sqrt(tf.addN(squares).dataSync()[0] ?? NaN)
      }),
    dispose: () => {
      step.dispose()
      descent.dispose()
      tf.dispose([...start, ...parameters])
    },
  }
}
