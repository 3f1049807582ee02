import { compile, compileTraining, trainingStep } from '@flatland/compile'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { given } from '../test/given.ts'
import { rules } from '../test/rules.ts'
import { minimized, numbersOf, openProblem } from '../test/trajectories.ts'
import { adam } from './adam.ts'
import * as o from './index.ts'
import { lamb } from './lamb.ts'
import { optimizer } from './optimizer.ts'
import { sam } from './sam.ts'
import { cosine } from './schedules/cosine.ts'
import { sgd } from './sgd.ts'

/** Where tfjs-node is, `fit` writes to the console else. */
const quiet = { verbose: 0 } as const

type Inputs = o.StepInputs & Record<string, tf.Tensor>

const isNative = backends.includes('native')

describe.runIf(isNative)('compiled', () => {
  beforeAll(async () => {
    await useBackend('native')
  })

  test.each(rules.map(rule => [rule.name, rule] as const))(
    'is as eager, with a schedule, in one graph: %s',
    (_, rule) => {
      const held = tf.memory().numTensors
      const schedule = cosine({ learningRate: 0.05, steps: 40 })
      const eager = openProblem('network')
      const own = openProblem('network')
      const descent = optimizer(rule, schedule)
      const compiledDescent = optimizer(rule, schedule)
      const step = trainingStep(compiledDescent, own.parameters, () => own.loss())
      for (let i = 0; i < 30; i++) {
        const expected = minimized(descent, eager)
        const loss = step()
        expect(Math.abs((loss.dataSync()[0] ?? NaN) - expected)).toBeLessThan(1e-6)
        loss.dispose()
      }
      const expected = numbersOf(eager.parameters)
      numbersOf(own.parameters).forEach((value, i) => {
        expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-6)
      })
      expect(step.explain()).toMatchObject([{ runs: true }])
      expect(compiledDescent.iterations).toBe(30)
      expect(compiledDescent.learningRate).toBe(descent.learningRate)
      step.dispose()
      descent.dispose()
      compiledDescent.dispose()
      eager.dispose()
      own.dispose()
      expect(tf.memory().numTensors).toBe(held)
    },
  )

  test.each(rules.map(rule => [rule.name, rule] as const))('the pure update is as eager: %s', (_, rule) => {
    tf.tidy(() => {
      const update = compile(
        (parameters: tf.Tensor[], slopes: tf.Tensor[], state: o.ParameterState[], inputs: Inputs) => ({
          ...rule.update(parameters, slopes, state, inputs),
        }),
      )
      const loss = (p: tf.Tensor) =>
        p
          .square()
          .mul([[3, 1]])
          .sum()
      const gradient = tf.grad(loss)
      let [theirs, ours] = [[tf.tensor2d([[1, -2]])], [tf.tensor2d([[1, -2]])]] as [tf.Tensor[], tf.Tensor[]]
      let [eager, compiled] = [o.initialState(rule, theirs), o.initialState(rule, ours)]
      for (let t = 1; t <= 6; t++) {
        const inputs = { learningRate: tf.scalar(0.1 / t), step: tf.scalar(t) }
        ;({ parameters: theirs, state: eager } = rule.update(theirs, theirs.map(gradient), eager, inputs))
        ;({ parameters: ours, state: compiled } = update(ours, ours.map(gradient), compiled, inputs))
      }
      const expected = numbersOf(theirs)
      numbersOf(ours).forEach((value, i) => {
        expect(Math.abs(value - (expected[i] ?? NaN))).toBeLessThan(1e-6)
      })
      expect(update.explain()).toMatchObject([{ runs: true }])
      update.dispose()
    })
  })

  test('goes on with a state that is loaded between two steps', async () => {
    const problem = openProblem('network')
    const descent = optimizer(adam(), 0.05)
    const step = trainingStep(descent, problem.parameters, () => problem.loss())
    const start = problem.parameters.map(parameter => parameter.clone())
    for (let i = 0; i < 5; i++) step().dispose()
    const saved = (await descent.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }))
    const run = async (): Promise<number[]> => {
      await descent.setWeights(saved)
      tf.tidy(() => {
        problem.parameters.forEach((parameter, i) => {
          parameter.assign(given(start[i]).clone())
        })
      })
      for (let i = 0; i < 7; i++) step().dispose()
      expect(descent.iterations).toBe(12)
      return numbersOf(problem.parameters)
    }
    expect(await run()).toEqual(await run())
    step.dispose()
    problem.dispose()
  })

  test('a model is fitted in one graph by compileTraining', async () => {
    const fitted = async (isCompiled: boolean): Promise<number[]> => {
      const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 })
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer })],
      })
      const descent = optimizer(sam(lamb()), cosine({ learningRate: 0.1, steps: 40 }))
      model.compile({ optimizer: descent, loss: 'meanSquaredError' })
      const compiled = isCompiled ? compileTraining(model) : undefined
      const x = tf.randomNormal([32, 3], 0, 1, 'float32', 1)
      await model.fit(x, x.slice([0, 0], [32, 2]), { epochs: 5, batchSize: 8, shuffle: false, ...quiet })
      expect(descent.iterations).toBe(20)
      if (compiled !== undefined) expect(compiled.explain()).toMatchObject([{ runs: true }])
      compiled?.dispose()
      return numbersOf(model.getWeights())
    }
    const eager = await fitted(false)
    ;(await fitted(true)).forEach((value, i) => {
      expect(Math.abs(value - (eager[i] ?? NaN))).toBeLessThan(1e-6)
    })
  })

  test('a schedule for which nobody counts is refused', () => {
    const theta = tf.variable(tf.scalar(1))
    const stepOf = (descent: tf.Optimizer) =>
      compile(() => given(descent.minimize(() => theta.square(), true, [theta])))
    const scheduled = stepOf(optimizer(sgd(), cosine({ learningRate: 0.1, steps: 9 })))
    scheduled()
    expect(() => scheduled()).toThrow('use trainingStep of @flatland/compile')
    const constant = stepOf(optimizer(sgd(), 0.25))
    theta.assign(tf.scalar(1))
    for (let i = 0; i < 4; i++) constant()
    expect(theta.dataSync()[0]).toBe(1 / 16)
  })
})

test.skipIf(isNative)('is tested where the native backend is', () => {
  expect(backends).toEqual(['wasm'])
})
