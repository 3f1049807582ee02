import { cnn, initialParameters, mlp, type Network } from '@flatland/networks'
import { type BackendName, crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { trainingStep } from './training-step.ts'

beforeAll(async () => {
  await useBackend('native')
})
beforeEach(() => {
  tf.engine().startScope()
})
const made: { dispose: () => void }[] = []
afterEach(() => {
  for (const each of made.splice(0)) each.dispose()
  tf.engine().endScope()
  tf.disposeVariables()
})

const networks: [string, Network][] = [
  ['MLP', mlp({ inputs: 20, hidden: [32, 16], classes: 5 })],
  ['CNN', cnn({ image: [8, 8, 3], filters: [4, 6], hidden: [12, 8], classes: 5 })],
]

const optimizers: [string, () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.05)],
  ['momentum', () => tf.train.momentum(0.05, 0.9)],
  ['momentum of Nesterov', () => tf.train.momentum(0.05, 0.9, true)],
  ['adagrad', () => tf.train.adagrad(0.05)],
  ['adadelta', () => tf.train.adadelta(0.5)],
  ['adam', () => tf.train.adam(0.01)],
  // A decay that is the rate: which number is the rate is not taken from its value.
  ['adamax', () => tf.train.adamax(0.01, 0.9, 0.999, undefined, 0.01)],
  ['rmsprop', () => tf.train.rmsprop(0.005, 0.9, 0.5)],
]

const losses: [string, (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor][] = [
  ['cross-entropy', (y, z) => crossEntropy(z, y)],
  ['mean squared error', (y, z) => tf.losses.meanSquaredError(y, z)],
  ['Huber', (y, z) => tf.losses.huberLoss(y, z)],
  ['hinge', (y, z) => tf.losses.hingeLoss(y, z)],
  ['log', (y, z) => tf.losses.logLoss(y, tf.sigmoid(z))],
  ['absolute difference', (y, z) => tf.losses.absoluteDifference(y, z)],
  ['sigmoid cross-entropy', (y, z) => tf.losses.sigmoidCrossEntropy(y, z)],
  ['softmax cross-entropy', (y, z) => tf.losses.softmaxCrossEntropy(y, z)],
  ['cosine distance', (y, z) => tf.losses.cosineDistance(y, z, 1)],
]

type Step = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor
interface Run {
  readonly parameters: tf.Variable[]
  readonly optimizer: tf.Optimizer
  readonly step: Step
}

function batchOf({ inputShape }: Network, size = 12): [tf.Tensor, tf.Tensor] {
  const shape = [size, ...inputShape]
  const inputs = randomStream(7).normal(tf.util.sizeFromShape(shape))
  const labels = Array.from({ length: size }, (_, i) => i % 5)
  return [tf.tensor(inputs, shape), tf.oneHot(labels, 5).toFloat()]
}

/** The same training twice: by `minimize`, and by `trainingStep`. */
function pair(
  network: Network,
  make: () => tf.Optimizer,
  loss: (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor,
): [eager: Run, compiled: Run] {
  const run = (isCompiled: boolean): Run => {
    const parameters = initialParameters(network, randomStream(3))
    const optimizer = make()
    const work = (at: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      loss(y, network.logits(at, x))
    if (isCompiled) {
      const step = trainingStep(optimizer, parameters, work)
      made.push(step)
      return { parameters, optimizer, step }
    }
    const step: Step = (x, y) =>
      optimizer.minimize(() => work(parameters, x, y) as tf.Scalar, true, parameters) ??
      expect.fail('no loss')
    return { parameters, optimizer, step }
  }
  return [run(false), run(true)]
}

const crossEntropyOf = (y: tf.Tensor, z: tf.Tensor): tf.Tensor => crossEntropy(z, y)
const numberOf = (tensor: tf.Tensor): number => tensor.dataSync()[0] ?? NaN

/** The largest difference, relative to the largest number of what is expected; NaN where one is not finite. */
function difference(expected: readonly tf.Tensor[], got: readonly tf.Tensor[]): number {
  const [a, b] = [expected, got].map(each => tf.concat(each.map(tensor => tensor.flatten().toFloat())))
  if (a === undefined || b === undefined) return NaN
  return numberOf(a.sub(b).abs().max()) / numberOf(a.abs().max())
}

/** Before a step: halves the rate half-way, as a schedule would. */
function halve(optimizer: tf.Optimizer): void {
  if (optimizer instanceof tf.SGDOptimizer && 'setLearningRate' in optimizer) optimizer.setLearningRate(0.025)
  else (optimizer as unknown as { learningRate: number }).learningRate /= 2
}

function compare([eager, compiled]: [Run, Run], batch: [tf.Tensor, tf.Tensor], steps = 12): void {
  for (let i = 0; i < steps; i++) {
    if (i === 6) for (const { optimizer } of [eager, compiled]) halve(optimizer)
    expect(difference([eager.step(...batch)], [compiled.step(...batch)])).toBeLessThan(1e-6)
  }
  expect(difference(eager.parameters, compiled.parameters)).toBeLessThan(1e-6)
  expect(compiled.optimizer.iterations).toBe(steps)
}

describe.each(networks)(
  'twelve steps of an %s are those of minimize, with a rate that changes',
  (_, network) => {
    test.each(optimizers)('%s', async (name, make) => {
      const runs = pair(network, make, crossEntropyOf)
      compare(runs, batchOf(network))
      // TensorFlow.js does not give the state of this one.
      if (name === 'adamax') return
      const [expected = [], got = []] = await Promise.all(runs.map(({ optimizer }) => optimizer.getWeights()))
      expect(got.length).toBe(expected.length)
      // Moments of gradients that are small by now: some roundings of what they were.
      const moments = (weights: typeof got): tf.Tensor[] => weights.slice(1).map(({ tensor }) => tensor)
      if (expected.length > 1) expect(difference(moments(expected), moments(got))).toBeLessThan(5e-6)
    })
  },
)

const [[, small]] = networks as [[string, Network]]
test.each(losses)('twelve steps of adam on the %s', (_, loss) => {
  compare(
    pair(small, () => tf.train.adam(0.01), loss),
    batchOf(small),
  )
})

test('a rate that changes at each step runs the graph all the same', () => {
  let runs = 0
  const w = tf.variable(tf.tensor1d([1]))
  const adam = tf.train.adam(0.1)
  const step = trainingStep(adam, [w], ([at = w]) => {
    runs++
    return at.square().sum()
  })
  made.push(step)
  const own = adam as unknown as { learningRate: number }
  for (let i = 0; i < 15; i++) {
    own.learningRate = 0.1 / (1 + i)
    step().dispose()
  }
  expect(runs).toBe(3)
  expect(own.learningRate).toBe(0.1 / 15)
  expect(Object.keys(adam)).not.toContain('applyGradients')
})

test('a step that throws leaves optimiser and engine as they were', () => {
  const w = tf.variable(tf.tensor1d([1]))
  const adam = tf.train.adam(0.1)
  const step = trainingStep(adam, [w], ([at = w]) => at.square().sum())
  made.push(step)
  w.assign = () => {
    throw new Error('no assigning')
  }
  expect(() => step()).toThrow('no assigning')
  Reflect.deleteProperty(w, 'assign')
  expect(Object.hasOwn(tf.engine(), 'makeTensor')).toBe(false)
  expect(Object.hasOwn(adam, 'applyGradients')).toBe(false)
  expect(Object.getOwnPropertyDescriptor(adam, 'learningRate')).toMatchObject({ value: 0.1, writable: true })
  expect(adam.iterations).toBe(0)
  for (let i = 0; i < 4; i++) step().dispose()
  expect(adam.iterations).toBe(4)
})

test('a rate that is set on the optimiser holds for sgd too, where minimize would not see it', () => {
  const w = tf.variable(tf.tensor1d([1]))
  const sgd = tf.train.sgd(0.5)
  const step = trainingStep(sgd, [w], ([at = w]) => at.sum())
  made.push(step)
  for (let i = 0; i < 4; i++) step().dispose()
  expect(numberOf(w)).toBe(-1)
  ;(sgd as unknown as { learningRate: number }).learningRate = 0.25
  step().dispose()
  expect(numberOf(w)).toBe(-1.25)
})

describe('what else of an optimiser changes between two steps', () => {
  test('its other numbers', () => {
    const runs = pair(small, () => tf.train.adam(0.01), crossEntropyOf)
    const batch = batchOf(small)
    compare(runs, batch)
    for (const { optimizer } of runs) (optimizer as unknown as { epsilon: number }).epsilon = 0.1
    for (let i = 0; i < 5; i++) for (const { step } of runs) step(...batch)
    expect(difference(runs[0].parameters, runs[1].parameters)).toBeLessThan(1e-6)
  })

  test('its state, by setWeights', async () => {
    const runs = pair(small, () => tf.train.momentum(0.05, 0.9), crossEntropyOf)
    const batch = batchOf(small)
    compare(runs, batch)
    for (const { optimizer } of runs) {
      const weights = await optimizer.getWeights()
      await optimizer.setWeights(weights.map(({ name, tensor }) => ({ name, tensor: tensor.mul(2) })))
    }
    for (let i = 0; i < 5; i++) for (const { step } of runs) step(...batch)
    expect(difference(runs[0].parameters, runs[1].parameters)).toBeLessThan(1e-6)
    expect(runs[1].optimizer.iterations).toBe(runs[0].optimizer.iterations)
  })

  test('its momentum, which minimize would not see', () => {
    const w = tf.variable(tf.tensor1d([0]))
    const momentum = tf.train.momentum(1, 0.5)
    const step = trainingStep(momentum, [w], ([at = w]) => at.sum())
    made.push(step)
    for (let i = 0; i < 3; i++) step().dispose()
    expect(numberOf(w)).toBe(-1 - 1.5 - 1.75)
    momentum.setMomentum(0)
    step().dispose()
    expect(numberOf(w)).toBe(-1 - 1.5 - 1.75 - 1)
  })

  test('which of the parameters are trainable', () => {
    const [a, b] = [tf.variable(tf.tensor1d([0])), tf.variable(tf.tensor1d([0]))]
    const step = trainingStep(tf.train.sgd(1), [a, b], ([p = a, q = b]) => p.add(q).sum())
    made.push(step)
    for (let i = 0; i < 4; i++) step().dispose()
    ;(b as { trainable: boolean }).trainable = false
    for (let i = 0; i < 4; i++) step().dispose()
    expect([numberOf(a), numberOf(b)]).toEqual([-8, -4])
  })
})

describe('an optimiser of one’s own', () => {
  /** θ ← θ − rate·∇L. */
  class Plain extends tf.Optimizer {
    static className = 'Plain'
    rate: number
    steps = 0
    constructor(rate: number) {
      super()
      this.rate = rate
    }
    applyGradients(gradients: { readonly name: string; readonly tensor: tf.Tensor }[]): void {
      for (const { name, tensor } of gradients) {
        const variable = tf.engine().registeredVariables[name]
        tf.tidy(() => variable?.assign(variable.sub(tensor.mul(this.factor()))))
      }
      this.steps++
    }
    protected factor(): number {
      return this.rate
    }
    getConfig(): Record<string, never> {
      return {}
    }
  }

  test('is traced anew when one of its numbers is changed', () => {
    const w = tf.variable(tf.tensor1d([0]))
    const own = new Plain(1)
    const step = trainingStep(own, [w], ([at = w]) => at.sum())
    made.push(step)
    for (let i = 0; i < 5; i++) step().dispose()
    own.rate = 2
    for (let i = 0; i < 5; i++) step().dispose()
    expect(numberOf(w)).toBe(-15)
    expect(own.iterations).toBe(10)
  })

  test('is refused when it computes with a number that its steps change', () => {
    class Decaying extends Plain {
      protected override factor(): number {
        return this.rate / (1 + this.steps)
      }
    }
    const w = tf.variable(tf.tensor1d([0]))
    const step = trainingStep(new Decaying(1), [w], ([at = w]) => at.sum())
    made.push(step)
    expect(() => {
      for (let i = 0; i < 3; i++) step().dispose()
    }).toThrow('uses other numbers')
  })
})

test('a smaller last batch has a graph of its own', () => {
  const [eager, compiled] = pair(small, () => tf.train.adam(0.01), crossEntropyOf)
  const batches = [batchOf(small), batchOf(small, 7)]
  for (let i = 0; i < 12; i++) {
    const batch = batches[i % 3 === 2 ? 1 : 0] ?? expect.fail('no batch')
    expect(difference([eager.step(...batch)], [compiled.step(...batch)])).toBeLessThan(1e-6)
  }
  expect(difference(eager.parameters, compiled.parameters)).toBeLessThan(1e-6)
})

test('leaves no tensors but the optimiser’s', () => {
  const [, { step, optimizer }] = pair(small, () => tf.train.adam(0.01), crossEntropyOf)
  const batch = batchOf(small)
  step(...batch).dispose()
  const before = tf.memory().numTensors
  for (let i = 0; i < 20; i++) {
    ;(optimizer as unknown as { learningRate: number }).learningRate *= 0.9
    step(...batch).dispose()
  }
  expect(tf.memory().numTensors).toBe(before)
  for (const each of made.splice(0)) each.dispose()
  expect(tf.memory().numTensors).toBe(before - 1)
  step(...batch).dispose()
  expect(optimizer.iterations).toBe(22)
})

test('parameters that are none, or no variables', () => {
  expect(() => trainingStep(tf.train.sgd(1), [], () => tf.scalar(0))).toThrow('at least one parameter')
  const tensor = tf.scalar(0) as unknown as tf.Variable
  expect(() => trainingStep(tf.train.sgd(1), [tensor], () => tf.scalar(0))).toThrow(
    'parameter 0 is no variable',
  )
})

test.each<BackendName>(['wasm', 'cpu'])('on %s it is the same, uncompiled', async name => {
  await useBackend(name)
  const runs = pair(small, () => tf.train.adamax(0.01, 0.9, 0.999), crossEntropyOf)
  compare(runs, batchOf(small))
  await useBackend('native')
})
