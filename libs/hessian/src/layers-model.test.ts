import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, describe, expect, test } from 'vitest'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import { atPoint, evaluateGradient, evaluateLoss } from './evaluate.ts'
import { finiteDifferenceHessian } from './finite-difference-hessian.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { jacobian } from './jacobian.ts'
import { layersModel } from './layers-model.ts'
import { classification, type ModelObjective, modelObjective } from './objective.ts'
import { parameterValues } from './parameter-tensors.ts'
import { quadraticModel } from './quadratic-model.ts'

await tensorScope()

let model: tf.LayersModel | undefined
afterEach(() => {
  model?.dispose()
  model = undefined
})

const networks = {
  dense: () => [
    tf.layers.flatten({ inputShape: [6, 6, 1] }),
    tf.layers.dense({ units: 4, activation: 'tanh' }),
    tf.layers.dense({ units: 3 }),
  ],
  'convolution and pooling': () => [
    tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', inputShape: [6, 6, 1] }),
    tf.layers.averagePooling2d({ poolSize: 3, strides: 1 }),
    tf.layers.batchNormalization(),
    tf.layers.flatten(),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.dense({ units: 3 }),
  ],
}
const stream = randomStream(21)
const labels = [0, 2, 1, 1, 0]

function open(layers: () => tf.layers.Layer[]): { objective: ModelObjective; model: tf.LayersModel } {
  model = tf.sequential({ layers: layers() })
  model.trainableWeights.forEach((weight, i) => {
    const { size, shape } = weight.read()
    weight.write(tf.tensor(stream.fork(`weight ${i}`).normal(size), shape).div(2))
  })
  const { parameters, outputs } = layersModel(model)
  const inputs = tf.tensor(stream.fork('images').normal(5 * 36), [5, 6, 6, 1])
  return { model, objective: classification({ parameters, logits: outputs, classes: 3, inputs, labels }) }
}

/** As it is often written: the model reads its weights, whatever it is given. */
function deaf({ objective, model }: { objective: ModelObjective; model: tf.LayersModel }): ModelObjective {
  return modelObjective({ ...objective, outputs: (_, x) => model.apply(x) as tf.Tensor })
}

/** Moves the model's own weights. */
function setWeights(model: tf.LayersModel, theta: Float64Array): void {
  let offset = 0
  for (const weight of model.trainableWeights) {
    const { shape, size } = weight.read()
    weight.write(tf.tensor(Float32Array.from(theta.subarray(offset, offset + size)), shape))
    offset += size
  }
}

describe.each(Object.entries(networks))('a tf.LayersModel: %s', (_, layers) => {
  test('is the same function as the model itself, here and with its weights elsewhere', async () => {
    const opened = open(layers)
    const { objective } = opened
    const here = parameterValues(objective.parameters)
    const elsewhere = here.map((value, i) => value + Math.sin(i))
    const work = async (at: ModelObjective) => ({
      ...(await evaluateGradient(at)),
      loss: await evaluateLoss(at),
      product: await hessian(at, { batchSize: 2 }).apply(elsewhere),
      curved: await gaussNewton(at).apply(elsewhere),
      slopes: await jacobian(at).apply(elsewhere),
    })
    const moved = await atPoint(objective, elsewhere, there => work({ ...objective, ...there }))
    const unmoved = await work(objective)
    expect(await work(deaf(opened))).toEqual(unmoved)
    setWeights(opened.model, elsewhere)
    const expected = await work(deaf(opened))
    expect(moved).toEqual(expected)
    expect(expected.loss).not.toBeCloseTo(unmoved.loss, 3)
  })

  test('has a Hessian that is that of finite differences, and a quadratic model that holds near by', async () => {
    const { objective } = open(layers)
    const v = parameterValues(objective.parameters).map((_, i) => Math.cos(i))
    const product = await hessian(objective).apply(v)
    expect(relativeError(await finiteDifferenceHessian(objective).apply(v), product)).toBeLessThan(3e-3)
    const { goodUpTo } = await (await quadraticModel(objective)).along(v, { longest: 0.1 })
    expect(goodUpTo).toBeGreaterThan(0)
  })

  test('stays where it was, also when the work fails or runs twice at once', async () => {
    const { objective } = open(layers)
    const here = parameterValues(objective.parameters)
    const [one, two] = [here.map(value => value + 1), here.map(value => value - 1)]
    const lossAt = (theta: Float64Array): Promise<number> =>
      atPoint(objective, theta, there => evaluateLoss(there, { batchSize: 1 }))
    const together = await Promise.all([lossAt(one), lossAt(two)])
    expect(together).toEqual([await lossAt(one), await lossAt(two)])
    const signal = AbortSignal.abort(new Error('the reader interrupted'))
    await expect(atPoint(objective, one, there => evaluateLoss(there, { signal }))).rejects.toThrow('reader')
    expect(parameterValues(objective.parameters)).toEqual(here)
  })

  test('that ignores the parameters is refused wherever θ moves', async () => {
    const opened = open(layers)
    const objective = deaf(opened)
    const point = parameterValues(objective.parameters)
    const message = /does not depend on parameter 0 .*take its outputs from `layersModel`/
    await expect(atPoint(objective, point, there => evaluateLoss(there))).rejects.toThrow(message)
    await expect(finiteDifferenceHessian(objective).apply(point)).rejects.toThrow(message)
    await expect((await quadraticModel(objective)).value(point.map(Math.exp))).rejects.toThrow(message)
    await expect(escapeAlongNegativeCurvature(objective)).rejects.toThrow(message)
    const parameters = objective.parameters.map(parameter => parameter.clone())
    await expect(evaluateLoss({ ...objective, parameters })).rejects.toThrow(message)
    expect(await evaluateLoss(objective)).toBeCloseTo(await evaluateLoss(opened.objective), 6)
  })
})

describe('a loss that reads a part of its parameters itself', () => {
  /** With a penalty of the weights, which is right at the present ones alone. */
  function penalised(read: (at: readonly tf.Tensor[]) => readonly tf.Tensor[]): ModelObjective {
    const { objective } = open(networks.dense)
    const penalty = (at: readonly tf.Tensor[]): tf.Tensor => tf.addN(read(at).map(w => w.square().sum()))
    return {
      ...objective,
      loss: (at, batch) => objective.loss(at, batch).add(penalty(at)),
    }
  }
  const point = new Float64Array(36 * 4 + 4 + 4 * 3 + 3).fill(0.1)
  const lossAt = (objective: ModelObjective): Promise<number> =>
    atPoint(objective, point, there => evaluateLoss(there))

  test('is refused where θ moves, and has its value where it does not', async () => {
    const objective = penalised(() => model?.trainableWeights.slice(2).map(weight => weight.read()) ?? [])
    await expect(lossAt(objective)).rejects.toThrow('The loss reads parameter 2 of shape [4,3] itself')
    expect(await evaluateLoss(objective)).toBeGreaterThan(0)
  })

  test('also where its slope is 0, as at weights of 0', async () => {
    const objective = penalised(() => model?.trainableWeights.map(weight => weight.read()) ?? [])
    for (const weight of model?.trainableWeights ?? []) weight.write(tf.zerosLike(weight.read()))
    await expect(lossAt(objective)).rejects.toThrow('The loss reads parameter 0 of shape [36,4] itself')
  })

  test('is not one that computes all from what it is given', async () => {
    const [plain, more] = [await lossAt(penalised(() => [tf.scalar(0)])), await lossAt(penalised(at => at))]
    expect(more - plain).toBeCloseTo(163 * 0.01, 5)
  })
})

test('after an error in a layer the model reads its own weights again', () => {
  const { objective, model } = open(networks.dense)
  const zeros = objective.parameters.map(parameter => tf.zerosLike(parameter))
  const wrong = tf.ones([2, 5])
  expect(() => objective.outputs(zeros, wrong)).toThrow()
  const images = tf.ones([1, 6, 6, 1])
  expect((model.apply(images) as tf.Tensor).abs().sum().dataSync()[0]).toBeGreaterThan(0)
  expect(objective.outputs(zeros, images).abs().sum().dataSync()[0]).toBe(0)
})

test('parameters of other shapes, models of several inputs or without weights are refused', () => {
  const { objective } = open(networks.dense)
  expect(() => objective.outputs([tf.zeros([2])], tf.ones([1, 6, 6, 1]))).toThrow(
    'what is given for the weights of the model is of shape [2]; it must be of [36,4] [4] [4,3] [3]',
  )
  const flat = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2] })] })
  expect(() => layersModel(flat)).toThrow('no trainable weight')
  const inputs = [tf.input({ shape: [2] }), tf.input({ shape: [2] })]
  const sum = tf.layers.add().apply(inputs) as tf.SymbolicTensor
  expect(() => layersModel(tf.model({ inputs, outputs: sum }))).toThrow('2 inputs and 1 outputs')
})
