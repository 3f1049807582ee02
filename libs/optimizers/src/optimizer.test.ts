import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { rules } from '../test/rules.ts'
import { minimized, numbersOf, openProblem, type Problem } from '../test/trajectories.ts'
import { adam } from './adam.ts'
import { adamW } from './adam-w.ts'
import { heavyBall } from './heavy-ball.ts'
import { optimizer, optimizerFromConfig, RuleOptimizer } from './optimizer.ts'
import { cosine } from './schedules/cosine.ts'
import { sgd } from './sgd.ts'

const named = rules.map(rule => [rule.name, rule] as const)

describe.each(backends)('on %s', backend => {
  beforeAll(async () => {
    await useBackend(backend)
  })

  test.each(named)('goes on bit for bit from what was saved: %s', async (_, rule) => {
    const held = tf.memory().numTensors
    const schedule = cosine({ learningRate: 0.05, steps: 12 })
    const through = openProblem('network')
    const first = optimizer(rule, schedule)
    steps(first, through, 5)
    const saved = (await first.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }))
    const resumed = openProblem('network')
    through.parameters.forEach((parameter, i) => {
      assignClone(resumed.parameters[i], parameter)
    })
    const second = optimizerFromConfig(first.getConfig())
    await second.setWeights(saved)
    expect(second.iterations).toBe(5)
    expect(second.learningRate).toBe(first.learningRate)
    steps(first, through, 6)
    steps(second, resumed, 6)
    expect(numbersOf(resumed.parameters)).toEqual(numbersOf(through.parameters))
    tf.dispose(saved.map(({ tensor }) => tensor))
    first.dispose()
    second.dispose()
    through.dispose()
    resumed.dispose()
    expect(tf.memory().numTensors).toBe(held + 1) // the count in what getWeights gave
  })
})

describe('an optimiser of TensorFlow.js', () => {
  beforeAll(async () => {
    await useBackend('wasm')
  })

  test.each(named)('fits a model: %s', async (_, rule) => {
    const descent = optimizer(rule, 0.01)
    const model = modelOf(descent)
    const x = tf.randomNormal([32, 3], 0, 1, 'float32', 1)
    const y = x.sum(1, true)
    const { history } = await model.fit(x, y, { epochs: 8, batchSize: 8, shuffle: false })
    const losses = history['loss'] as number[]
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0)
    expect(descent.iterations).toBe(32)
    model.dispose()
    descent.dispose()
    tf.dispose([x, y])
  })

  test('a model is saved with it, and goes on the same', async () => {
    // Texts with _ are what TensorFlow.js would change.
    const groups = [
      { of: ['Layer_Norm', 'b_i_a_s', 'bias'], decay: 0 },
      { of: 'all' as const, decay: 0.1 },
    ]
    const model = modelOf(optimizer(adamW({ weightDecay: groups }), cosine({ learningRate: 0.1, steps: 9 })))
    const x = tf.ones([4, 3])
    const y = tf.ones([4, 1])
    await model.fit(x, y, { epochs: 3 })
    let artifacts: tf.io.ModelArtifacts = {}
    const handler = tf.io.withSaveHandler(given => {
      artifacts = given
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const },
      })
    })
    await model.save(handler, { includeOptimizer: true })
    const json = JSON.parse(JSON.stringify(artifacts.trainingConfig)) as tf.io.TrainingConfig
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, trainingConfig: json }))
    const own = ownOptimizer(loaded)
    expect(own.name).toBe(ownOptimizer(model).name)
    expect(own.iterations).toBe(3)
    await model.fit(x, y, { epochs: 4 })
    await loaded.fit(x, y, { epochs: 4 })
    expect(numbersOf(loaded.getWeights())).toEqual(numbersOf(model.getWeights()))
  })

  test('what it holds is given back', () => {
    const held = tf.memory().numTensors
    const problem = openProblem('network')
    const descent = optimizer(adam(), 0.1)
    expect(tf.memory().numTensors).toBe(held + 6)
    steps(descent, problem, 3)
    expect(tf.memory().numTensors).toBe(held + 6 + 2 + 8)
    descent.dispose()
    expect(descent.iterations).toBe(0)
    problem.dispose()
    expect(tf.memory().numTensors).toBe(held)
  })

  test('forgets what it was when it is disposed of', () => {
    const first = openProblem('network')
    const second = openProblem('network')
    const descent = optimizer(adam(), cosine({ learningRate: 0.1, steps: 20 }))
    steps(descent, first, 4)
    descent.dispose()
    steps(descent, second, 4)
    expect(numbersOf(second.parameters)).toEqual(numbersOf(first.parameters))
  })

  test('a variable without a gradient stays, and gets none of the state of others', () => {
    const used = tf.variable(tf.scalar(1), true, 'used')
    const unused = tf.variable(tf.tensor1d([1, 2]), true, 'unused')
    const descent = optimizer(heavyBall({ momentum: 0.5 }), 0.1)
    // As TensorFlow.js gives it, beside its types.
    const none = JSON.parse('{"name":"unused","tensor":null}') as { name: string; tensor: tf.Tensor }
    const gradientOf = (tensor: tf.Tensor, name: string) => ({ name, tensor })
    descent.applyGradients([none, gradientOf(tf.scalar(1), 'used')])
    descent.applyGradients([gradientOf(tf.ones([2]), 'unused'), gradientOf(tf.scalar(1), 'used')])
    expect(unused.dataSync()).toEqual(Float32Array.of(0.9, 1.9))
    expect(used.dataSync()[0]).toBeCloseTo(1 - 0.1 - 0.15, 6)
    tf.dispose([used, unused])
  })

  test('the rate can be set, and read', () => {
    const theta = tf.variable(tf.scalar(1))
    const descent = optimizer(sgd(), 0.5)
    descent.learningRate = 0.25
    descent.minimize(() => theta.mul(1))
    descent.learningRate = t => t / 8
    expect(descent.learningRate).toBe(1 / 8)
    descent.minimize(() => theta.mul(1))
    expect(theta.dataSync()[0]).toBe(1 - 0.25 - 0.125)
    expect(descent.learningRate).toBe(2 / 8)
  })
})

function steps(descent: tf.Optimizer, problem: Problem, count: number): void {
  for (let i = 0; i < count; i++) minimized(descent, problem)
}

function assignClone(variable: tf.Variable | undefined, value: tf.Tensor): void {
  tf.tidy(() => variable?.assign(value.clone()))
}

function ownOptimizer(model: tf.LayersModel): RuleOptimizer {
  const { optimizer: own } = model
  if (own.constructor !== RuleOptimizer) throw new Error('another optimizer')
  return own
}

function modelOf(descent: tf.Optimizer): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 })
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3], kernelInitializer })] })
  model.compile({ optimizer: descent, loss: 'meanSquaredError' })
  return model
}
