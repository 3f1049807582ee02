import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { minimized, openProblem } from '../test/trajectories.ts'
import { adam } from './adam.ts'
import { optimizer, optimizerFromConfig } from './optimizer.ts'
import { sgd } from './sgd.ts'

beforeAll(async () => {
  await useBackend('wasm')
})

describe('an optimiser refuses', () => {
  test('rates', () => {
    expect(() => optimizer(sgd(), -1)).toThrow('learningRate is -1')
    expect(() => optimizer(sgd(), NaN)).toThrow('learningRate is NaN')
    expect(() => optimizer(sgd(), () => -1)).toThrow('the rate that the schedule gives at step 0 is -1')
    const descent = optimizer(sgd(), 1)
    expect(() => (descent.learningRate = Infinity)).toThrow('learningRate is Infinity')
    expect(descent.learningRate).toBe(1)
  })

  test('a schedule without settings in what is to be saved', () => {
    expect(() => optimizer(sgd(), () => 1).getConfig()).toThrow('cannot be saved')
    expect(() => optimizerFromConfig({ beta1: 1 })).toThrow('they have a text as their name')
    expect(() => optimizerFromConfig({ name: '{}' })).toThrow('no optimizer\'s settings: "{}"')
  })

  test('a state that is not its own', async () => {
    const descent = optimizer(adam(), 0.1)
    const problem = openProblem('quadratic')
    const iter = { name: 'iter', tensor: tf.scalar(1, 'int32') }
    const slot = (...shape: number[]) => ({ name: 'x', tensor: tf.zeros(shape) })
    await expect(descent.setWeights([])).rejects.toThrow('was given 0 tensors besides its count')
    await expect(descent.setWeights([iter, slot(2)])).rejects.toThrow('it has 2 (m, v) for each parameter')
    await expect(optimizer(sgd(), 1).setWeights([iter, slot()])).rejects.toThrow('SGD was given 1 tensors')
    await descent.setWeights([iter, slot(3, 2), slot(3, 2), slot(3), slot(3)])
    expect(() => minimized(descent, problem)).toThrow(/m of '\d+' of shape \[3,2\]; it must be \[2,3\]/)
    const trained = optimizer(adam(), 0.1)
    minimized(trained, problem)
    await expect(trained.setWeights([iter, slot(2, 3), slot(2, 3)])).rejects.toThrow(
      'of 1 parameters; it has that of 2',
    )
    await expect(trained.setWeights([iter, slot(2, 3), slot(2, 3), slot(3), slot(2)])).rejects.toThrow(
      'v of parameter 1 of shape [2]; it must be [3]',
    )
  })

  test('a gradient of what is no variable', () => {
    expect(() => {
      optimizer(sgd(), 1).applyGradients({ nowhere: tf.scalar(1) })
    }).toThrow("a gradient of 'nowhere'")
  })
})
