import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { hessian } from './hessian-operator.ts'
import { hessianVectorProduct } from './hessian-vector-product.ts'
import { jacobianProduct } from './jacobian-products.ts'
import { functionObjective, modelObjective, tensorExamples } from './objective.ts'

await tensorScope()

const nothing = tf.scalar(0)
const toyLoss = ([w1, w2]: readonly [tf.Tensor, tf.Tensor]): tf.Tensor => tf.sub(1, w1.mul(w2)).square()

describe('closed forms', () => {
  test('of L = (1 − w₁w₂)²: [[2w₂², 4w₁w₂ − 2], [4w₁w₂ − 2, 2w₁²]], at the origin a saddle', async () => {
    const points = [[0, 0], [1, 1], [3, -0.5]] as const // prettier-ignore
    for (const [w1, w2] of points) {
      const toy = hessian(functionObjective([tf.scalar(w1), tf.scalar(w2)], toyLoss))
      expect(toy.size).toBe(2)
      const mixed = 4 * w1 * w2 - 2
      expect([...(await toy.apply(Float64Array.of(1, 0)))]).toEqual([2 * w2 * w2, mixed])
      expect([...(await toy.apply(Float64Array.of(0, 1)))]).toEqual([mixed, 2 * w1 * w1])
    }
  })

  test('of ½ xᵀAx: A, through matrices and scalars alike', async () => {
    const a = tf.tensor2d([[2, -1, 0], [-1, 3, 4], [0, 4, -5]]) // prettier-ignore
    const quadratic = functionObjective([tf.tensor2d([[1], [2]]), tf.scalar(3)], ([x, y]) => {
      const all = tf.concat([x.reshape([-1]), y.reshape([1])])
      return tf.dot(all, tf.dot(a, all)).mul(0.5).asScalar()
    })
    const { rows } = await explicitMatrix(hessian(quadratic))
    expect(rows.map(row => [...row])).toEqual(await a.array())
  })

  test('of a loss that is linear in one parameter: zeros where it is', async () => {
    const objective = functionObjective([tf.scalar(2), tf.scalar(1)], ([x, y]) => x.square().add(y))
    expect([...(await hessian(objective).apply(Float64Array.of(1, 1)))]).toEqual([2, 0])
  })

  test('a vector far outside the range of float32 is no obstacle, and zero costs nothing', async () => {
    const toy = hessian(functionObjective([tf.scalar(1), tf.scalar(1)], toyLoss))
    expect([...(await toy.apply(Float64Array.of(2 ** -200, 2 ** -200)))]).toEqual([2 ** -198, 2 ** -198])
    // The smallest numbers of float64, whose inverses it cannot hold.
    expect([...(await toy.apply(Float64Array.of(2 ** -1050, 2 ** -1050)))]).toEqual([2 ** -1048, 2 ** -1048])
    expect([...(await toy.apply(Float64Array.of(0, 0)))]).toEqual([0, 0])
  })
})

describe('a small network', () => {
  test('its explicit Hessian is symmetric, and the same whatever the micro-batches', async () => {
    const { objective } = openFixture('mlp-tanh')
    const { rows, asymmetry } = await explicitMatrix(hessian(objective, { batchSize: 11 }))
    expect(asymmetry / Math.hypot(...rows.flatMap(row => [...row]))).toBeLessThan(1e-6)
    const v = Float64Array.from(rows, (_, i) => Math.cos(i))
    const byRows = rows.map(row => row.reduce((sum, value, i) => sum + value * (v[i] ?? NaN), 0))
    for (const batchSize of [1, 3, 4, 10, 12]) {
      const product = await hessian(objective, { batchSize }).apply(v)
      expect(relativeError(product, byRows)).toBeLessThan(2e-6)
    }
  })
})

describe('what is refused before any work', () => {
  const x = [tf.scalar(1)]
  const square = ([w = nothing]: readonly tf.Tensor[]): tf.Tensor => w.square()

  test('parameters: none, not finite, disposed of', () => {
    expect(() => hessian(functionObjective([], square))).toThrow('no parameters')
    const wrong = tf.tensor1d([1, NaN])
    expect(() => hessian(functionObjective([tf.scalar(1), wrong], ([w]) => w.square()))).toThrow(
      'Parameter 1 of the objective, of shape [2], holds NaN at 1',
    )
    const gone = tf.scalar(1)
    gone.dispose()
    expect(() => hessian(functionObjective([gone], square))).toThrow(
      'Parameter 0 of the objective has been disposed of',
    )
  })

  test('a loss that does not depend on a parameter, or is no scalar', () => {
    expect(() => hessian(functionObjective([...x, tf.tensor1d([1, 2])], square))).toThrow(
      'does not depend on parameter 1 of shape [2]',
    )
    expect(() => hessian(functionObjective([tf.tensor1d([1, 2])], square))).toThrow(
      'must be a float32 scalar',
    )
  })

  test('no examples, and a batch size that is no positive integer', () => {
    const empty = modelObjective({
      parameters: [tf.ones([2, 2])],
      outputs: ([w = nothing], inputs) => tf.matMul(inputs, w),
      outputLoss: crossEntropy,
      examples: tensorExamples(tf.zeros([0, 2]), tf.zeros([0, 2])),
    })
    expect(() => hessian(empty)).toThrow('The number of examples is 0')
    expect(() => hessian(functionObjective(x, square), { batchSize: 0 })).toThrow('batchSize is 0')
  })

  test('a vector of another length, or not finite', async () => {
    const operator = hessian(functionObjective(x, square))
    await expect(operator.apply(Float64Array.of(1, 2))).rejects.toThrow('v has 2 numbers; it must have 1')
    await expect(operator.apply(Float64Array.of(Infinity))).rejects.toThrow('v holds Infinity at index 0')
  })

  test('a loss that is not finite, though its second derivative is', () => {
    const product = (loss: (w: tf.Tensor) => tf.Tensor): unknown =>
      hessianVectorProduct(([w = nothing]) => loss(w), [tf.scalar(1)], [tf.scalar(1)])
    expect(() => product(w => w.mul(1e30).mul(1e30))).toThrow('The loss is Infinity')
    expect(() => product(w => w.sub(NaN).square())).toThrow('The loss is NaN')
  })

  test('NaN in a target of the second micro-batch, which no second derivative shows', async () => {
    const objective = modelObjective({
      parameters: [tf.tensor1d([1, 1])],
      outputs: ([w = nothing], inputs) => inputs.mul(w),
      outputLoss: (z, y) => z.sub(y).square().sum(1).mean(),
      examples: tensorExamples(tf.ones([6, 2]), tf.tensor2d([1, 2, 3, NaN, 5, 6], [6, 1])),
    })
    const v = Float64Array.of(1, 1)
    await expect(hessian(objective, { batchSize: 3 }).apply(v)).rejects.toThrow('The loss is NaN')
    expect([
      ...(await hessian({ ...objective, examples: tensorExamples(tf.ones([6, 2]), tf.ones([6, 1])) }).apply(
        v,
      )),
    ]).toEqual([2, 2])
  })

  test('an output that is not finite, though its derivative is', () => {
    const w = tf.scalar(1)
    expect(() => jacobianProduct(([at = nothing]) => at.add(Infinity), [w], [w], w)).toThrow(
      'The loss is NaN',
    )
  })

  test('a product that overflows float32 is an error, not NaN', async () => {
    const operator = hessian(functionObjective([tf.scalar(1e-10)], ([w]) => w.square().mul(2e38)))
    await expect(operator.apply(Float64Array.of(1))).rejects.toThrow('is Infinity')
  })
})
