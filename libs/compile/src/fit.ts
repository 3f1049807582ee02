import * as tf from '@tensorflow/tfjs'
import type { CompileOptions } from './compile.ts'
import { compileWhile } from './compile-while.ts'
import type { Explanation } from './explain.ts'
import { optimizerStep } from './optimizer-step.ts'
import { randomLayers } from './random-layers.ts'

/** The compiled training of a model. */
export interface CompiledTraining {
  /** What the graphs are: those of training, then those of evaluation. */
  readonly explain: () => readonly Explanation[]
  /** Gives the graphs back; the model then trains as TensorFlow.js does. */
  readonly dispose: () => void
}

/**
 * From now on `model.fit`, `fitDataset` and `trainOnBatch` run each step as one TensorFlow operation, metrics and
 * moving averages with it, and so do `evaluate`, `evaluateDataset` and the validation of `fit` with each batch. Results
 * are those of TensorFlow.js. `predict` stays as it is, and so does everything on other backends than the native one.
 *
 * Between any two steps a callback may set `model.optimizer.learningRate`, and anything may be changed of the optimiser
 * or of which weights are trainable; `model.compile` again, with another optimiser, loss or metrics, is heeded too.
 * Other numbers of a layer (the strength of a regulariser, say) hold from the next `fit` on.
 *
 * @param model after `model.compile`
 * @throws Error when the model was not compiled, or its training is compiled already
 * @throws Error, here or by `fit`, naming a layer that draws random numbers in training: a graph would repeat them
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] })
 * model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' })
 * compileTraining(model)
 * await model.fit(tf.ones([64, 3]), tf.ones([64, 1]), { epochs: 5 })
 */
export function compileTraining(model: tf.LayersModel, options: CompileOptions = {}): CompiledTraining {
  if ((model.optimizer as tf.Optimizer | undefined) === undefined)
    throw new Error(`compileTraining: '${model.name}' has no optimiser yet: call model.compile first`)
  if (Object.hasOwn(innerOf(model), 'makeTrainFunction'))
    throw new Error(`compileTraining: the training of '${model.name}' is compiled already`)
  let compiled = compileInner(innerOf(model), options)
  const stock = model.compile.bind(model)
  // Other losses and metrics; and a `tf.Sequential` trains a model inside it, of which it makes another one each time.
  model.compile = args => {
    stock(args)
    compiled.dispose()
    compiled = compileInner(innerOf(model), options)
  }
  return {
    explain: () => compiled.explain(),
    dispose: () => {
      compiled.dispose()
      Reflect.deleteProperty(model, 'compile')
    },
  }
}

/** What is used of a model that is protected or private (TensorFlow.js 4.22, `engine/training.js`). */
interface InnerModel {
  readonly name: string
  readonly optimizer: tf.Optimizer
  readonly layers: readonly tf.layers.Layer[]
  readonly collectedTrainableWeights: readonly { read(): tf.Variable }[]
  makeTrainFunction(): (data: Data) => tf.Scalar[]
  makeTestFunction(): void
  testFunction: (data: Data) => tf.Scalar[]
}

/** Inputs, targets, and weights of the samples where there are any. */
type Data = (tf.Tensor | null)[]

function innerOf(model: tf.LayersModel): InnerModel {
  const { model: inner } = model as unknown as { readonly model?: InnerModel }
  return inner ?? (model as unknown as InnerModel)
}

function compileInner(model: InnerModel, options: CompileOptions): CompiledTraining {
  let configuration = configurationOf(model)
  const settings = (): string =>
    JSON.stringify([configuration, model.collectedTrainableWeights.map(weight => weight.read().trainable)])
  const stockTrain = model.makeTrainFunction()
  const stockTest = model.makeTestFunction.bind(model)
  const train = optimizerStep(
    () => model.optimizer,
    (...data: Data) => stockTrain(data),
    settings,
    options,
  )
  let stockTestFunction: InnerModel['testFunction'] = () => []
  const test = compileWhile(settings, (...data: Data) => stockTestFunction(data), options)
  model.makeTrainFunction = () => {
    configuration = configurationOf(model)
    return data => train(...data)
  }
  model.makeTestFunction = () => {
    configuration = configurationOf(model)
    stockTest()
    stockTestFunction = model.testFunction
    model.testFunction = data => test(...data)
  }
  return {
    explain: () => [...train.explain(), ...test.explain()],
    dispose: () => {
      train.dispose()
      test.dispose()
      Reflect.deleteProperty(model, 'makeTrainFunction')
      Reflect.deleteProperty(model, 'makeTestFunction')
    },
  }
}

/** The numbers of the layers. */
function configurationOf({ name, layers }: InnerModel): string {
  const configurations = layers.map(layer => ({ className: layer.getClassName(), config: layer.getConfig() }))
  const [random] = randomLayers(configurations)
  if (random !== undefined && tf.getBackend() === 'tensorflow')
    throw new Error(
      `compileTraining: ${random} in '${name}' draws random numbers, which a graph would repeat at each step: ` +
        'train without compileTraining; or leave the layer out, write the loss as a function that calls dropout of ' +
        '@flatland/tensor with a seed, and give it to trainingStep',
    )
  return JSON.stringify(configurations)
}
