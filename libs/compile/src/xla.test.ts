import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import { initialParameters, mlp } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { nativeBackend } from './native-backend.ts'
import { trainingStep } from './training-step.ts'

beforeAll(async () => {
  await useBackend('native')
})

test.each(['sgd', 'momentum', 'rmsprop', 'adam'] as const)(
  '%s: ten steps are those without XLA, within 1e-5',
  name => {
    const optimizers = {
      sgd: () => tf.train.sgd(0.1),
      momentum: () => tf.train.momentum(0.1, 0.9),
      rmsprop: () => tf.train.rmsprop(0.01),
      adam: () => tf.train.adam(0.01),
    }
    const network = mlp({ inputs: 6, hidden: [8, 7], classes: 3 })
    const inputs = tf.tensor(randomStream(1).normal(30), [5, 6])
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 1, 0], 'int32'), 3).toFloat()
    const trained = [false, true].map(xla => {
      const parameters = initialParameters(network, randomStream(2))
      const step = trainingStep(
        optimizers[name](),
        parameters,
        (at, x: tf.Tensor, y: tf.Tensor) => crossEntropy(network.logits(at, x), y),
        { xla },
      )
      for (let i = 0; i < 10; i++) step(inputs, labels).dispose()
      step.dispose()
      return parameters.flatMap(parameter => [...parameter.dataSync()])
    })
    const [plain = [], byXla = []] = trained
    plain.forEach((value, i) => {
      expect(Math.abs((byXla[i] ?? NaN) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)))
    })
  },
)

test('the operation says that XLA compiles it', () => {
  const backend = nativeBackend()
  const execute = backend.executeMultipleOutputs.bind(backend)
  const square = compile((x: tf.Tensor) => x.square().neg(), { xla: true })
  const calls: unknown[] = []
  for (let i = 0; i < 3; i++) {
    backend.executeMultipleOutputs = (...given) => {
      calls.push(given[1])
      return execute(...given)
    }
    const x = tf.scalar(3)
    expect(square(x).dataSync()[0]).toBe(-9)
    Reflect.deleteProperty(backend, 'executeMultipleOutputs')
  }
  expect(calls).toEqual([[expect.objectContaining({ name: '_XlaMustCompile', value: true })]])
})
