import type { Tensors } from '@flatland/compile'
import * as tf from '@tensorflow/tfjs'
import { checkObjective, checkOutputs } from './check-objective.ts'
import { checkFiniteLoss } from './checks.ts'
import { type CompiledWork, compiledWork } from './compiled-work.ts'
import { jacobianProduct, jacobianTransposeProduct } from './jacobian-products.ts'
import { type BatchOptions, type BatchWork, eachBatch, meanOverBatches } from './micro-batches.ts'
import type { ModelObjective } from './objective.ts'
import { checkedProduct, checkedScale } from './objective-operator.ts'
import { float32Part, parameterSize, withTensors } from './parameter-tensors.ts'
import { noneOf, outputsReadOnlyGiven } from './through-outputs.ts'

/** The Jacobian J = ∂z/∂θ of a model's outputs over its data, and its transpose. */
export interface Jacobian {
  /** Outputs of one example × examples; example after example. */
  readonly rows: number
  /** The number of scalars in θ. */
  readonly columns: number
  /** Jv: from one number for each parameter to one for each output. */
  readonly apply: (v: Float64Array) => Promise<Float64Array>
  /** Jᵀu: from one number for each output to one for each parameter, summed over the examples. */
  readonly applyTranspose: (u: Float64Array) => Promise<Float64Array>
}

/**
 * The Jacobian of a model's outputs at its parameters, exactly, one micro-batch at a time.
 *
 * @throws RangeError at once, before any work, when the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const objective = classification({
 *   parameters: [tf.tensor2d([[1, 0], [0, 1]])],
 *   logits: ([w], x) => tf.matMul(x, w),
 *   classes: 2,
 *   inputs: tf.tensor2d([[1, 0]]),
 *   labels: [0],
 * })
 * const j = jacobian(objective)
 * await j.apply(Float64Array.of(1, 2, 3, 4)) // [1, 2]: the change of the logits, to first order
 * await j.applyTranspose(Float64Array.of(1, 2)) // [1, 2, 0, 0]
 */
export function jacobian(objective: ModelObjective, options: BatchOptions = {}): Jacobian {
  checkObjective(objective, options)
  const { parameters, examples } = objective
  const width = tf.util.sizeFromShape([...checkOutputs(objective)])
  const rows = width * examples.size
  const columns = parameterSize(parameters)
  const work = compiledProducts(objective)
  return Object.freeze({
    rows,
    columns,
    apply: async (v: Float64Array) => {
      const scale = checkedScale(v, columns)
      const products = new Float64Array(rows)
      if (scale === 0) return products
      await withTensors(v, 1 / scale, parameters, direction =>
        eachBatch(examples, options, (batch, { start }) => {
          const [none, product] = work.product.run(parameters, batch().inputs, direction)
          checkFiniteLoss(none?.dataSync()[0] ?? NaN)
          products.set(product?.dataSync() ?? [], start * width)
        }),
      )
      return checkedProduct(products, scale)
    },
    applyTranspose: async (u: Float64Array) => {
      const scale = checkedScale(u, rows)
      if (scale === 0) return new Float64Array(columns)
      const product: BatchWork<tf.Tensor[]> = (batch, { start, end }) => {
        const part = tf.tensor(float32Part(u, 1 / scale, start * width, end * width))
        return work.transposed.run(parameters, batch().inputs, part.div(end - start))
      }
      const mean = await meanOverBatches(examples, 1 + columns, options, product, examples.size)
      checkFiniteLoss(mean[0] ?? NaN)
      return checkedProduct(mean.subarray(1), scale)
    },
  })
}

type Products<V extends Tensors> = CompiledWork<readonly [readonly tf.Tensor[], tf.Tensor, V], tf.Tensor[]>

/** On one micro-batch: what is not finite where an output is not, then the product. */
function compiledProducts(objective: ModelObjective): {
  readonly product: Products<readonly tf.Tensor[]>
  readonly transposed: Products<tf.Tensor>
} {
  const { outputs } = objective
  const isPure = (): boolean => outputsReadOnlyGiven(objective)
  return {
    product: compiledWork((parameters, inputs, v) => {
      const of = (at: readonly tf.Tensor[]): tf.Tensor => outputs(at, inputs)
      const z = of(parameters)
      return [noneOf(z), jacobianProduct(of, parameters, v, z)]
    }, isPure),
    transposed: compiledWork((parameters, inputs, u) => {
      const of = (at: readonly tf.Tensor[]): tf.Tensor => outputs(at, inputs)
      const z = of(parameters)
      return [noneOf(z), ...jacobianTransposeProduct(of, parameters, u.reshape(z.shape))]
    }, isPure),
  }
}
