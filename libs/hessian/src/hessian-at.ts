import { atPoint } from './evaluate.ts'
import { hessian } from './hessian-operator.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'

/** Works with the Hessian at θ, and counts its products. */
export async function withHessianAt<T>(
  objective: Objective,
  theta: Float64Array,
  options: BatchOptions,
  spent: { products: number },
  work: (operator: LinearOperator) => Promise<T>,
): Promise<T> {
  return atPoint(objective, theta, there => {
    const operator = hessian(there, options)
    const apply = (v: Float64Array): Float64Array | Promise<Float64Array> => {
      spent.products++
      return operator.apply(v)
    }
    return work({ ...operator, apply })
  })
}
