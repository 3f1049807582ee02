import { gradients } from '@flatland/tensor'
import type * as tf from '@tensorflow/tfjs'
import { readsOnlyGiven } from './check-objective.ts'
import { type CompiledWork, compiledWork, type LinearWork, linearWork } from './compiled-work.ts'
import { productWithValue } from './hessian-vector-product.ts'
import type { Objective } from './objective.ts'

/** A point and a micro-batch, as tensors alone. */
export type At = readonly [parameters: readonly tf.Tensor[], inputs: tf.Tensor, targets: tf.Tensor]

/** What runs over micro-batches, compiled: for the life of an operator or one call of a public function. */
export interface CompiledObjective {
  /** Of which loss. */
  readonly loss: Objective['loss']
  /** L of a micro-batch. */
  readonly value: CompiledWork<At, tf.Tensor[]>
  /** L, and its gradient in each parameter. */
  readonly gradient: CompiledWork<At, tf.Tensor[]>
  /** L, and H v in the shapes of the parameters. */
  readonly product: LinearWork<At, readonly tf.Tensor[], tf.Tensor[]>
}

/** Survives `{ ...objective }`, by which one objective is looked at from many points. */
const compiled = Symbol('compiled')

interface WithCompiled {
  readonly [compiled]?: CompiledObjective
}

/**
 * Works with an objective whose loss is traced once, however many points are looked at; then the graphs are given back.
 * A loss may use numbers that its writer changes between two calls, and a graph has them fixed: so nothing compiled
 * outlives a call.
 */
export async function whileCompiled<O extends Objective, T>(
  objective: O,
  work: (objective: O) => Promise<T>,
): Promise<T> {
  const open = openCompiled(objective)
  try {
    return await work(open.objective)
  } finally {
    open.dispose()
  }
}

/** The same for work that has no one function: until the caller gives the graphs back. */
export function openCompiled<O extends Objective>(objective: O): { objective: O; dispose: () => void } {
  if (known(objective) !== undefined) return { objective, dispose: () => undefined }
  const own = compileObjective(objective)
  return {
    objective: { ...objective, [compiled]: own },
    dispose: () => {
      for (const { dispose } of [own.value, own.gradient, own.product]) dispose()
    },
  }
}

/** For what has no end, as an operator: its graphs go when it is forgotten. */
export function withCompiled<O extends Objective>(objective: O): O {
  return known(objective) === undefined
    ? { ...objective, [compiled]: compileObjective(objective) }
    : objective
}

/** What is compiled of this objective, or could be for the caller alone. */
export function compiledOf(objective: Objective): CompiledObjective {
  return known(objective) ?? compileObjective(objective)
}

function known(objective: Objective & WithCompiled): CompiledObjective | undefined {
  const own = objective[compiled]
  return own?.loss === objective.loss ? own : undefined
}

function compileObjective(objective: Objective): CompiledObjective {
  const { loss } = objective
  const isPure = (): boolean => readsOnlyGiven(objective)
  const at =
    (inputs: tf.Tensor, targets: tf.Tensor) =>
    (parameters: readonly tf.Tensor[]): tf.Tensor =>
      loss(parameters, { inputs, targets })
  return {
    loss,
    value: compiledWork((parameters, inputs, targets) => [at(inputs, targets)(parameters)], isPure),
    gradient: compiledWork((parameters, inputs, targets) => {
      const { value, gradients: parts } = gradients(at(inputs, targets), parameters)
      return [value, ...parts]
    }, isPure),
    product: linearWork(([parameters, inputs, targets], v) => {
      const { value, product } = productWithValue(at(inputs, targets), parameters, v)
      return [value, ...product]
    }, isPure),
  }
}
