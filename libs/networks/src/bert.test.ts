import * as tf from '@tensorflow/tfjs'
import { crossEntropy, gradients, randomStream, useBackend } from '@flatland/tensor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { bertProblem, lossOf } from '../test/bert-fixtures.ts'
import { alongDirectionAt, relativeError } from '../test/derivative-check.ts'
import { bertClassifier } from './bert-classifier.ts'
import { moveEncoder } from './bert-move-encoder.ts'
import { bert } from './bert.ts'
import { initialParameters, parameterCount } from './network.ts'

const small = { vocabulary: 31, length: 6, width: 8, layers: 2, positions: 7 }
const model = bert({ ...small, predictions: 2 })
const classifier = bertClassifier({ ...small, classes: 3 })

const cases = [
  ['masked', 'post'],
  ['masked', 'pre'],
  ['sentence', 'post'],
  ['sentence', 'pre'],
] as const

describe.each(backends)('on %s', backend => {
  beforeEach(async () => {
    await useBackend(backend)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  const seed = (a: number, b: number): tf.Tensor => tf.tensor1d([a, b], 'int32')
  const numbers = (tensors: readonly tf.Tensor[]): Float64Array =>
    Float64Array.from(tensors.flatMap(each => [...each.dataSync()]))

  test.each(cases)(
    '%s, %s-norm: loss, gradient and Hessian-vector product are those of PyTorch',
    (kind, norm) => {
      const problem = bertProblem(kind, norm)
      const { network, parameters, direction, answer } = problem
      const loss = lossOf(problem)
      const slope = (at: readonly tf.Tensor[]): tf.Tensor =>
        tf.addN(gradients(loss, at).gradients.map((g, i) => g.mul(direction[i] ?? 0).sum()))
      const first = gradients(loss, parameters)
      const second = gradients(slope, parameters, { independent: 'zeros' })
      expect(Math.abs((first.value.dataSync()[0] ?? NaN) / answer.loss - 1)).toBeLessThan(1e-6)
      for (const [got, expected] of [
        [first.gradients, answer.gradient],
        [second.gradients, answer.product],
      ] as const) {
        const whole = Math.hypot(...expected.flat())
        network.parameterShapes.forEach(({ name }, i) => {
          const [ours, theirs] = [numbers(got.slice(i, i + 1)), Float64Array.from(expected[i] ?? [])]
          const off = Math.hypot(...ours.map((each, j) => each - (theirs[j] ?? NaN)))
          // The softmax does not see a bias of the keys, which adds the same to all scores: its derivatives are 0.
          const size = name.endsWith('key/bias') ? whole : Math.hypot(...theirs)
          expect(off / size, name).toBeLessThan(1e-4)
        })
      }
    },
  )

  test.each(cases)(
    '%s, %s-norm: gradient and Hessian-vector product are central differences',
    (kind, norm) => {
      const problem = bertProblem(kind, norm)
      const got = alongDirectionAt(problem.network, {}, problem, { step: 1e-2, seed: 4 })
      expect(relativeError(got.slope, got.slopeByDifferences)).toBeLessThan(1e-3)
      expect(relativeError(got.product, got.productByDifferences)).toBeLessThan(1e-3)
    },
  )

  test('with dropout, gradient and Hessian-vector product are central differences', () => {
    const problem = bertProblem('masked', 'post')
    const pass = { dropoutSeed: seed(1, 2) }
    const got = alongDirectionAt(problem.network, pass, problem, { step: 1e-2, seed: 4 })
    expect(relativeError(got.slope, got.slopeByDifferences)).toBeLessThan(1e-3)
    expect(relativeError(got.product, got.productByDifferences)).toBeLessThan(1e-3)
  })

  test.each(['masked', 'sentence'] as const)(
    '%s: the same seed drops the same, another other units; without a seed none',
    kind => {
      const { network, parameters, x } = bertProblem(kind, 'post')
      const logits = (pass = {}): unknown => network.logits(parameters, x, pass).dataSync()
      const dropped = logits({ dropoutSeed: seed(0, 1) })
      expect(logits({ dropoutSeed: seed(0, 1) })).toEqual(dropped)
      expect(logits({ dropoutSeed: seed(0, 2) })).not.toEqual(dropped)
      expect(logits()).not.toEqual(dropped)
    },
  )

  test('the mean of the gradients of equal parts of a batch is its gradient', () => {
    const { parameters, x, labels, network } = bertProblem('masked', 'post')
    const [twice, all] = [
      tf.concat([x, x.reverse(0), x.slice(0, 2)]),
      tf.concat([labels, labels, labels.slice(0, 4)]),
    ]
    const gradient = (rows: tf.Tensor, y: tf.Tensor): Float64Array =>
      numbers(gradients(at => crossEntropy(network.logits(at, rows), y), parameters).gradients)
    const parts = tf.split(twice, 4).map((rows, i) => gradient(rows, all.slice(4 * i, 4)))
    const mean = Float64Array.from(
      parts[0] ?? [],
      (_, i) => parts.reduce((sum, g) => sum + (g[i] ?? NaN), 0) / 4,
    )
    expect(relativeError(mean, gradient(twice, all))).toBeLessThan(1e-5)
  })

  test('predictions come sequence by sequence, in the order of the positions', () => {
    const { parameters, x, network } = bertProblem('masked', 'post')
    const [rows, swapped] = [x, tf.concat([x.slice([0, 0], [-1, 12]), x.slice([0, 12]).reverse(1)], 1)]
    const expected = tf.reverse(network.logits(parameters, rows).reshape([3, 2, 31]), 1).dataSync()
    network
      .logits(parameters, swapped)
      .dataSync()
      .forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i] ?? NaN, 4)
      })
    const last = network.logits(parameters, x.slice(2)).dataSync()
    network
      .logits(parameters, x)
      .slice(4)
      .dataSync()
      .forEach((each, i) => {
        expect(each).toBeCloseTo(last[i] ?? NaN, 4)
      })
  })

  test('padding changes nothing: a longer row of the same sentence gives the same logits', () => {
    const parameters = initialParameters(classifier, randomStream(1)).map(each => each.mul(20))
    const shorter = bertClassifier({ ...small, length: 4, classes: 3 })
    const long = tf.tensor2d([2, 9, 5, 3, 0, 0, 0, 0, 1, 1, 0, 0], [1, 12], 'int32')
    const short = tf.tensor2d([2, 9, 5, 3, 0, 0, 1, 1], [1, 8], 'int32')
    const expected = shorter.logits(parameters, short).dataSync()
    classifier
      .logits(parameters, long)
      .dataSync()
      .forEach((each, i) => {
        expect(each).toBeCloseTo(expected[i] ?? NaN, 5)
      })
  })

  test('a gradient step leaves no tensor behind', () => {
    const problem = bertProblem('sentence', 'pre')
    const before = tf.memory().numTensors
    const { value, gradients: found } = gradients(lossOf(problem), problem.parameters)
    tf.dispose([value, found])
    problem.network.logits(problem.parameters, problem.x, { dropoutSeed: seed(0, 1) }).dispose()
    // The seed is the test's own.
    expect(tf.memory().numTensors).toBe(before + 1)
  })

  test('refuses inputs and parameters of another kind, by name, and leaves nothing', () => {
    const parameters = initialParameters(model, randomStream(1))
    const floats = tf.zeros([3, 14])
    const [wide, flat, empty] = [[3, 15], [14], [0, 14]].map(shape => tf.zeros(shape, 'int32'))
    const before = tf.memory().numTensors
    expect(() => model.logits(parameters, floats)).toThrow(
      'the inputs are float32; they must be int32, as tf.tensor2d(values, [b, 14]',
    )
    for (const x of [wide, flat, empty])
      expect(() => model.logits(parameters, x ?? floats)).toThrow(
        `the inputs are of shape [${x?.shape.join() ?? ''}]; they must be [b, 14]: 6 tokens, 6 segments, 2 positions`,
      )
    expect(() => classifier.logits(initialParameters(classifier, randomStream(1)), wide ?? floats)).toThrow(
      'must be [b, 12]: 6 tokens, 6 segments',
    )
    expect(() => model.logits(parameters.slice(1), tf.zeros([3, 14], 'int32'))).toThrow(
      `${model.name}: got ${parameters.length - 1} parameter tensors; it has ${parameters.length}`,
    )
    expect(tf.memory().numTensors).toBe(before + classifier.parameterShapes.length + 1)
  })
})

describe('sizes', () => {
  test('BERT-base: 109 482 240 parameters in the encoder and its pooler, as published', () => {
    const base = { vocabulary: 30522, length: 512, layers: 12, width: 768 }
    const whole = bertClassifier({ ...base, classes: 2 })
    expect(parameterCount(whole) - (768 * 2 + 2)).toBe(109_482_240)
    // With the masked-language-model head in the pooler's place.
    const pooler = 768 * 768 + 768
    expect(parameterCount(bert({ ...base, predictions: 77 }))).toBe(
      109_482_240 - pooler + pooler + 2 * 768 + 30522,
    )
    expect(whole.name).toContain('12×768 post-norm, 12 heads, feed-forward 3072')
  })

  test('a small one by hand, as in its example; pre-norm has one normalisation more', () => {
    const sizes = { vocabulary: 4096, length: 128, predictions: 19, layers: 2, width: 128 }
    const block = 4 * (128 * 128 + 128) + (128 * 512 + 512) + (512 * 128 + 128) + 4 * 128
    const count = (4096 + 512 + 2 + 2) * 128 + 2 * block + (128 * 128 + 128) + 2 * 128 + 4096
    expect(parameterCount(bert(sizes))).toBe(count)
    expect(count).toBe(1_007_744)
    expect(parameterCount(bert({ ...sizes, norm: 'pre' }))).toBe(count + 2 * 128)
    expect(bert(sizes).inputShape).toEqual([275])
    expect(bert(sizes).classes).toBe(4096)
  })

  test.each([
    [() => bert({ ...small, predictions: 0 }), 'bert: predictions is 0; it must be a positive integer'],
    [() => bert({ ...small, predictions: 7 }), 'bert: predictions is 7 and length is 6'],
    [() => bert({ ...small, predictions: 2, length: 8 }), 'bert: length is 8 and positions is 7'],
    [() => bert({ ...small, predictions: 2, heads: 3 }), 'bert: width is 8 and heads is 3'],
    [() => bert({ ...small, predictions: 2, layers: 1.5 }), 'bert: layers is 1.5'],
    [() => bertClassifier({ ...small, classes: 0 }), 'bertClassifier: classes is 0'],
    [() => bertClassifier({ ...small, classes: 2, vocabulary: -1 }), 'bertClassifier: vocabulary is -1'],
    [
      () => bert({ ...small, predictions: 2, norm: 'both' as 'pre' }),
      "bert: norm is 'both'; it must be 'post' or 'pre'",
    ],
  ])('refuses others by name: %#', (build, message) => {
    expect(build).toThrow(message)
  })
})

describe('parameters', () => {
  beforeEach(async () => {
    await useBackend(backends[0])
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  test('start as N(0, 0.02²), biases and shifts at 0, scales at 1', () => {
    const network = bert({ vocabulary: 2000, length: 8, width: 64, predictions: 1 })
    const parameters = initialParameters(network, randomStream(5))
    network.parameterShapes.forEach(({ name, shape }, i) => {
      const values = [...(parameters[i]?.dataSync() ?? [])]
      const mean = values.reduce((sum, each) => sum + each, 0) / values.length
      const square = values.reduce((sum, each) => sum + each * each, 0) / values.length
      if (shape.length === 1) {
        expect([...new Set(values)], name).toEqual([name.endsWith('scale') ? 1 : 0])
      } else {
        // Four standard errors: of some twenty tensors, one is beyond three now and then.
        expect(Math.abs(mean) / 0.02, name).toBeLessThan(4 / Math.sqrt(values.length))
        expect(Math.abs(square / 0.02 ** 2 - 1), name).toBeLessThan(4 * Math.sqrt(2 / values.length))
      }
    })
    tf.dispose(parameters)
  })

  test('the encoder of a language model starts a classifier: its states, another head', () => {
    expect(classifier.encoderShapes).toEqual(model.encoderShapes)
    const [trained, start] = [
      initialParameters(model, randomStream(1)),
      initialParameters(classifier, randomStream(2)),
    ]
    const before = start.map(each => each.dataSync().slice())
    moveEncoder({ network: model, parameters: trained }, { network: classifier, parameters: start })
    start.forEach((each, i) => {
      const expected = i < model.encoderShapes.length ? trained[i]?.dataSync() : before[i]
      expect(each.dataSync()).toEqual(expected)
    })
    tf.dispose([trained, start])
  })

  test('an encoder of another size, or too few parameters, is refused by name', () => {
    const wider = bert({ ...small, width: 16, predictions: 2 })
    const deeper = bert({ ...small, layers: 3, predictions: 2 })
    const start = initialParameters(classifier, randomStream(2))
    const into = { network: classifier, parameters: start }
    for (const [network, message] of [
      [wider, 'token/embedding of shape [31,16] where'],
      [deeper, 'block2/query/weights of shape [8,8] where'],
    ] as const) {
      const parameters = initialParameters(network, randomStream(1))
      expect(() => {
        moveEncoder({ network, parameters }, into)
      }).toThrow(message)
      tf.dispose(parameters)
    }
    expect(() => {
      moveEncoder({ network: model, parameters: start }, into)
    }).toThrow(`moveEncoder: got ${start.length} parameter tensors for bert`)
    tf.dispose(start)
  })
})
