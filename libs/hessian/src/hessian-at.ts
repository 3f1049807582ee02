import { atPoint } from './evaluate.ts'
import { hessian } from './hessian-operator.ts'
import { type LinearOperator, madeOfOne } from './linear-operator.ts'
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
    const counted = madeOfOne(operator, operator.size, (v, product) => {
      spent.products++
      return product(v)
    })
    return work(counted)
  })
}
