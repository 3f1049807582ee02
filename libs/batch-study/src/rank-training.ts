import { createHash } from 'node:crypto'
import { compile, trainingStep } from '@flatland/compile'
import { parameterCount } from '@flatland/networks'
import { optimizer, ruleFromConfig } from '@flatland/optimizers'
import { flatten, unflatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { addInto } from './gradient-board.ts'
import { piecesOf, type Rank } from './gradient-pieces.ts'
import { layerScales } from './layer-scales.ts'
import { readParameters } from './parameter-values.ts'
import { type Batch, begin, disposeBatches, rateOf, type Training } from './training.ts'
import type { TrialImages } from './trial-data.ts'
import type { Trial } from './trial.ts'

/** What a rank adds to the loss and the gradient of a batch. */
interface Share {
  readonly loss: number
  /** All numbers, one tensor after another. */
  readonly gradient: Float32Array
}

/** What one rank of a data-parallel training does, without the others. */
export interface RankTraining extends Omit<Training, 'update' | 'state' | 'restore'> {
  /** How many numbers a gradient has. */
  readonly size: number
  /** How often the rule takes each batch: a share and a step each time. */
  readonly passes: number
  /**
   * The shares of all ranks add up to mean loss and gradient of the whole batch.
   *
   * @param update its number, from 0 on, from which draws follow
   * @param places of the whole batch
   */
  readonly share: (update: number, places: Int32Array) => Share
  /** What the rule makes of the gradient of a batch. */
  readonly step: (gradient: Float32Array) => void
  /** SHA-256 of θ and of all that the optimiser remembers. */
  readonly hash: () => Promise<string>
}

/**
 * One rank of a training, with its own θ and optimiser; all begin alike. Gradients and steps are compiled.
 *
 * A piece B′ of a batch B counts by its share of the examples,
 *
 *   g = Σ over the pieces of |B′| / |B| ∇L(B′),
 *
 * summed in their order within a rank, and in the order of ranks over them.
 *
 * @param given the parameters to start from; where there are none, they are drawn
 */
export function rankTraining(
  trial: Trial,
  rank: Rank,
  images: TrialImages,
  given?: Float32Array,
): RankTraining {
  const beginning = begin(trial, images, given)
  const { network, parameters, pass, loss, batches, distance } = beginning
  const rule = ruleFromConfig(trial.rule)
  const descent = optimizer(rule, rateOf(trial))
  const size = parameterCount(network)
  const shapes = network.parameterShapes.map(({ shape }) => shape)
  // Not `gradients`, which refuses a loss that is not finite: that has to reach all ranks.
  const weighted = compile((batch: Batch, weight: tf.Tensor) =>
    tf.tidy((): [tf.Tensor, tf.Tensor] => {
      const { value, grads } = tf.variableGrads(() => loss(parameters, batch).mul(weight), [...parameters])
      return [value, flatten(parameters.map(({ name }) => grads[name] ?? never()))]
    }),
  )
  const lossAndGradient = (piece: Batch, batchSize: number): [tf.Tensor, tf.Tensor] => {
    const weight = tf.scalar(piece.places.size / batchSize)
    const results = weighted(piece, weight)
    weight.dispose()
    return results
  }
  const scales = layerScales(trial, beginning, descent)
  // A loss that has this gradient: so the rule gets it as from any other, and its schedule is counted.
  const step = trainingStep(descent, parameters, (theta, gradient: tf.Tensor) => {
    const gradFunc = (): tf.Tensor[] => unflatten(gradient as tf.Tensor1D, shapes)
    const loss = tf.customGrad(() => ({ value: tf.scalar(0), gradFunc }))
    return loss(...theta)
  })
  return {
    network,
    parameters,
    pass,
    optimizer: descent.name,
    distance,
    size,
    passes: rule.passes,
    share: (update, places) => {
      const pieces = batches(update, places, piecesOf(trial, places.length, rank))
      let sum: Share | undefined
      for (const piece of pieces) {
        const share = read(lossAndGradient(piece, places.length))
        sum = sum === undefined ? share : plus(sum, share)
      }
      disposeBatches(pieces)
      return sum ?? never()
    },
    step: gradient => {
      const tensor = tf.tensor1d(gradient)
      tf.dispose([step(tensor), tensor])
    },
    hash: () => hashOf(parameters, descent),
    layers: scales.at,
    dispose: () => {
      scales.dispose()
      weighted.dispose()
      step.dispose()
      descent.dispose()
      beginning.dispose()
    },
  }
}

function read(results: readonly [tf.Tensor, tf.Tensor]): Share {
  const [[loss = NaN], gradient] = [results[0].dataSync(), results[1].dataSync<'float32'>()]
  tf.dispose([...results])
  return { loss, gradient }
}

/** In the memory of the first. */
function plus(sum: Share, next: Share): Share {
  addInto(sum.gradient, next.gradient)
  return { loss: sum.loss + next.loss, gradient: sum.gradient }
}

async function hashOf(parameters: readonly tf.Tensor[], descent: tf.Optimizer): Promise<string> {
  const hash = createHash('sha256').update(readParameters(parameters))
  const [iterations, ...slots] = await descent.getWeights()
  // The slots are the optimiser's own variables; the count is a tensor made for this.
  for (const { tensor } of slots) hash.update(tensor.dataSync())
  if (iterations !== undefined) {
    hash.update(iterations.tensor.dataSync())
    iterations.tensor.dispose()
  }
  return hash.digest('hex')
}

function never(): never {
  throw new Error('the loss does not depend on a parameter')
}
