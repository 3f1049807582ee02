import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compileTraining } from './fit.ts'

beforeAll(async () => {
  await useBackend('native')
})
beforeEach(() => {
  tf.engine().startScope()
})
afterEach(() => {
  tf.engine().endScope()
  tf.disposeVariables()
})

const stream = randomStream(11)
const dense = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, activation: 'relu', inputShape: [6], kernelRegularizer: 'l1l2' }),
      tf.layers.batchNormalization({ momentum: 0.9 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
const convolutional = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2] }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.25, seed: 3 }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
/** Two inputs, two outputs. */
const forked = (): tf.LayersModel => {
  const [a, b] = [tf.input({ shape: [6] }), tf.input({ shape: [4] })]
  const both = tf.layers
    .concatenate()
    .apply([
      tf.layers.dense({ units: 5, activation: 'tanh' }).apply(a) as tf.SymbolicTensor,
      b,
    ]) as tf.SymbolicTensor
  const outputs = [3, 1].map(
    units => tf.layers.dense({ units, name: `of_${units}` }).apply(both) as tf.SymbolicTensor,
  )
  return tf.model({ inputs: [a, b], outputs })
}

/** Any weights, the same ones for both models. */
function start(model: tf.LayersModel): tf.LayersModel {
  const own = stream.fork('weights')
  model.setWeights(
    model.getWeights().map(({ shape, size }) => tf.tensor(own.uniform(size), shape).sub(0.4).div(2).abs()),
  )
  return model
}

// TensorFlow.js does not export the enum.
const SILENT = { verbose: 0 as never }
const EXAMPLES = 32
const inputs = (...shape: number[]): tf.Tensor =>
  tf.tensor(stream.fork('inputs').normal(EXAMPLES * shape.reduce((a, b) => a * b)), [EXAMPLES, ...shape])
const classes = (): tf.Tensor =>
  tf.oneHot(
    Array.from({ length: EXAMPLES }, (_, i) => i % 3),
    3,
  )

const adam = (): tf.ModelCompileArgs => ({
  optimizer: tf.train.adam(0.01),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
})

const regression = (loss: string) => (): tf.ModelCompileArgs => ({
  optimizer: tf.train.momentum(0.05, 0.9),
  loss: [loss, 'meanAbsoluteError'],
})

type Train = (model: tf.LayersModel) => Promise<tf.History['history']>

/** Trains the same start as TensorFlow.js does, and compiled; all that is logged, and the weights, have to agree. */
async function compare(
  make: () => tf.LayersModel,
  settings: () => tf.ModelCompileArgs,
  train: Train,
): Promise<void> {
  const [stock, compiled] = [start(make()), start(make())]
  stock.compile(settings())
  compiled.compile(settings())
  const training = compileTraining(compiled)
  const [expected, got] = [await train(stock), await train(compiled)]
  expect(Object.keys(got)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) expectClose(got[name] ?? [], values)
  const weights = (model: tf.LayersModel): number[] =>
    model.getWeights().flatMap(weight => [...weight.dataSync()])
  expectClose(weights(compiled), weights(stock))
  expect(compiled.optimizer.iterations).toBe(stock.optimizer.iterations)
  expect(training.explain().some(({ runs }) => runs)).toBe(true)
  training.dispose()
}

function expectClose(got: readonly unknown[], expected: readonly unknown[]): void {
  expect(got.length).toBe(expected.length)
  const scale = Math.max(...expected.map(value => Math.abs(Number(value))), 1e-3)
  got.forEach((value, i) => {
    expect(Math.abs(Number(value) - Number(expected[i])) / scale).toBeLessThan(1e-5)
  })
}

const fit =
  (x: () => tf.Tensor | tf.Tensor[], y: () => tf.Tensor | tf.Tensor[], args: tf.ModelFitArgs = {}): Train =>
  async model => {
    // 25 % for validation: three batches of 8 for training, one to validate.
    const settings = { epochs: 2, batchSize: 8, shuffle: false, ...SILENT, validationSplit: 0.25, ...args }
    const { history } = await model.fit(x(), y(), settings)
    return history
  }

/** θ ← θ − factor·∇L, where nobody sees the factor. */
class Scaled extends tf.Optimizer {
  static className = 'Scaled'
  readonly #factor: number
  constructor(factor: number) {
    super()
    this.#factor = factor
  }
  applyGradients(gradients: { readonly name: string; readonly tensor: tf.Tensor }[]): void {
    for (const { name, tensor } of gradients) {
      const variable = tf.engine().registeredVariables[name]
      tf.tidy(() => variable?.assign(variable.sub(tensor.mul(this.#factor))))
    }
    this.incrementIterations()
  }
  getConfig(): Record<string, never> {
    return {}
  }
}

describe('fit is that of TensorFlow.js', () => {
  test('dense, with batch norm, a regulariser, metrics, validation and a smaller last batch', async () => {
    await compare(
      dense,
      adam,
      fit(() => inputs(6), classes),
    )
  })

  test('convolutions, pooling, and dropout whose seed is its own', async () => {
    await compare(
      convolutional,
      adam,
      fit(() => inputs(8, 8, 2), classes),
    )
  })

  test('two inputs and two outputs, by momentum', async () => {
    const train = fit(
      () => [inputs(6), inputs(4)],
      () => [classes().toFloat(), inputs(1)],
    )
    await compare(forked, regression('meanSquaredError'), train)
  })

  test('class weights', async () => {
    await compare(
      dense,
      adam,
      fit(() => inputs(6), classes, { classWeight: { 0: 1, 1: 3, 2: 0.5 } }),
    )
  })

  test.each([
    ['adam', () => tf.train.adam(0.05)],
    ['sgd', () => tf.train.sgd(0.05)],
  ] as const)('a rate that a callback sets: %s', async (_, optimizer) => {
    const settings = (): tf.ModelCompileArgs => ({ ...adam(), optimizer: optimizer() })
    await compare(dense, settings, async model => {
      const setRate = (epoch: number): void => {
        const own = model.optimizer as unknown as {
          learningRate: number
          setLearningRate?: (rate: number) => void
        }
        const rate = 0.05 * 0.7 ** epoch
        if (own.setLearningRate) own.setLearningRate(rate)
        else own.learningRate = rate
      }
      return fit(() => inputs(6), classes, { callbacks: { onEpochBegin: setRate } })(model)
    })
  })

  test('fitDataset, evaluate, trainOnBatch', async () => {
    await compare(dense, adam, async model => {
      const batches = [0, 12, 24].map(from => {
        const size = Math.min(12, EXAMPLES - from)
        return { xs: inputs(6).slice(from, size), ys: classes().slice(from, size) }
      })
      const dataset = tf.data.array(batches) as unknown as Parameters<typeof model.fitDataset>[0]
      const args: tf.ModelFitDatasetArgs<unknown> = { epochs: 4, ...SILENT }
      const { history } = await model.fitDataset(dataset, args)
      const evaluated: number[] = []
      for (let i = 0; i < 4; i++) {
        const results = model.evaluate(inputs(6), classes(), { batchSize: 16 }) as tf.Scalar[]
        evaluated.push(...results.flatMap(result => [...result.dataSync()]))
      }
      const trained: number[] = []
      for (let i = 0; i < 4; i++)
        trained.push(...((await model.trainOnBatch(inputs(6), classes())) as number[]))
      return { ...history, evaluated, trained }
    })
  })

  test('model.compile again, with another optimiser and a frozen layer', async () => {
    await compare(dense, adam, async model => {
      const first = await fit(() => inputs(6), classes)(model)
      const [layer] = model.layers
      if (layer) layer.trainable = false
      model.compile({ optimizer: tf.train.adagrad(0.1), loss: 'meanSquaredError' })
      const second = await fit(() => inputs(6), classes)(model)
      return { ...first, second: second['loss'] ?? [] }
    })
  })

  test('model.compile again, with another loss and the optimiser as it was', async () => {
    await compare(forked, regression('meanSquaredError'), async model => {
      const x = (): tf.Tensor[] => [inputs(6), inputs(4)]
      const y = (): tf.Tensor[] => [classes().toFloat(), inputs(1)]
      const first = await fit(x, y)(model)
      model.compile({ ...regression('meanAbsoluteError')(), optimizer: model.optimizer })
      const second = await fit(x, y)(model)
      return { ...first, second: second['loss'] ?? [] }
    })
  })

  test('a layer that a callback freezes', async () => {
    await compare(dense, adam, async model => {
      const freeze = (epoch: number): void => {
        const [layer] = model.layers
        if (layer) layer.trainable = epoch < 1
      }
      return fit(() => inputs(6), classes, { epochs: 3, callbacks: { onEpochBegin: freeze } })(model)
    })
  })

  test('another optimiser that looks the same', async () => {
    await compare(dense, adam, async model => {
      const first = await fit(() => inputs(6), classes)(model)
      const losses: number[] = []
      for (const factor of [0.1, 0.2]) {
        model.optimizer = new Scaled(factor)
        const { loss } = await fit(() => inputs(6), classes)(model)
        losses.push(...((loss ?? []) as number[]))
      }
      return { ...first, losses }
    })
  })

  test('a number of a layer that is changed between two fits', async () => {
    await compare(dense, adam, async model => {
      const first = await fit(() => inputs(6), classes)(model)
      const norm = model.layers[1] as unknown as { momentum: number }
      norm.momentum = 0.5
      const second = await fit(() => inputs(6), classes)(model)
      return { ...first, second: second['loss'] ?? [] }
    })
  })
})

test('training and evaluation have graphs of their own, one for each size of a batch', async () => {
  const model = start(dense())
  model.compile(adam())
  const training = compileTraining(model)
  await model.fit(inputs(6), classes(), { epochs: 1, batchSize: 8, ...SILENT })
  for (let i = 0; i < 3; i++) tf.dispose(model.evaluate(inputs(6), classes(), { batchSize: 20 }))
  const graphs = training.explain().map(({ runs, updates }) => ({ runs, updates: updates.length > 0 }))
  expect(graphs).toEqual([
    { runs: true, updates: true },
    { runs: true, updates: false },
    { runs: true, updates: false },
  ])
  training.dispose()
  expect(training.explain()).toEqual([])
})

test('leaves no tensors behind', async () => {
  const model = start(dense())
  model.compile(adam())
  const training = compileTraining(model)
  const [x, y] = [inputs(6), classes()]
  const run = (): Promise<unknown> => model.fit(x, y, { epochs: 3, ...SILENT, validationSplit: 0.25 })
  await run()
  const before = tf.memory().numTensors
  await run()
  expect(tf.memory().numTensors).toBe(before)
  training.dispose()
  // The rate.
  expect(tf.memory().numTensors).toBe(before - 1)
  await run()
  expect(tf.memory().numTensors).toBe(before - 1)
  expect(training.explain()).toEqual([])
})

describe('is refused', () => {
  test('before the model has an optimiser', () => {
    expect(() => compileTraining(dense())).toThrow('call model.compile first')
  })

  test('twice', () => {
    const model = dense()
    model.compile(adam())
    compileTraining(model)
    expect(() => compileTraining(model)).toThrow('compiled already')
  })

  test.each<[string, () => tf.layers.Layer[], RegExp]>([
    ['dropout', () => [tf.layers.dropout({ rate: 0.5, name: 'd', inputShape: [4, 2] })], /'d' \(Dropout, rate 0.5\)/],
    ['noise', () => [tf.layers.gaussianNoise({ stddev: 0.1, name: 'n', inputShape: [4, 2] })], /'n' \(GaussianNoise, stddev 0.1\)/],
    ['Gaussian dropout', () => [tf.layers.gaussianDropout({ rate: 0.1, inputShape: [4, 2] })], /GaussianDropout/],
    ['alpha dropout', () => [tf.layers.alphaDropout({ rate: 0.1, inputShape: [4, 2] })], /AlphaDropout/],
    ['recurrent dropout', () => [tf.layers.lstm({ units: 2, recurrentDropout: 0.2, returnSequences: true, inputShape: [4, 2] })], /LSTM, recurrentDropout 0.2/],
    ['dropout inside a layer', () => [tf.layers.timeDistributed({ layer: tf.layers.dropout({ rate: 0.5 }), inputShape: [4, 2] })], /Dropout, rate 0.5/],
    ['dropout inside a model', () => [tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, inputShape: [4, 2] })] })], /Dropout, rate 0.5/],
  ])('a layer that draws: %s', (_, layers, message) => {
    const model = tf.sequential({ layers: [...layers(), tf.layers.flatten(), tf.layers.dense({ units: 1 })] })
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    expect(() => compileTraining(model)).toThrow(message)
  }) // prettier-ignore

  test.each<[string, tf.layers.Layer]>([
    ['dropout of 0', tf.layers.dropout({ rate: 0, inputShape: [4, 2] })],
    ['dropout with a seed', tf.layers.dropout({ rate: 0.5, seed: 1, inputShape: [4, 2] })],
    ['a recurrent layer without dropout', tf.layers.lstm({ units: 2, returnSequences: true, inputShape: [4, 2] })],
  ])('but not %s', (_, layer) => {
    const model = tf.sequential({ layers: [layer, tf.layers.flatten(), tf.layers.dense({ units: 1 })] })
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    compileTraining(model).dispose()
  }) // prettier-ignore
})

test('on wasm it trains as ever, dropout too', async () => {
  await useBackend('wasm')
  const model = tf.sequential({
    layers: [tf.layers.dropout({ rate: 0.5, inputShape: [6] }), tf.layers.dense({ units: 3 })],
  })
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })
  compileTraining(model)
  const { history } = await model.fit(inputs(6), classes(), { epochs: 2, ...SILENT })
  expect(history['loss']).toHaveLength(2)
  tf.disposeVariables()
  await useBackend('native')
})
