import type { NetworkSizes } from './cases.ts'
import type { Peak } from './result.ts'

type MlpSizes = Extract<NetworkSizes, { readonly kind: 'mlp' }>

/**
 * The floating-point operations of an SGD step of an MLP with layers of n₀, n₁, …, n_L units on a batch of B: at
 * least those of its matrix products and of the update.
 *
 *     forward            2 B Σ nᵢ nᵢ₊₁
 *     weights' gradient  2 B Σ nᵢ nᵢ₊₁
 *     inputs' gradient   2 B Σ nᵢ nᵢ₊₁, without the first layer: no one asks for the images' gradient
 *     update             2 P, of P = Σ (nᵢ + 1) nᵢ₊₁ parameters
 *
 * What is done for each unit (biases, ReLU) is left out: some hundredths of it.
 *
 * @example
 * stepFlops({ kind: 'mlp', inputs: 2, hidden: [3], classes: 4 }, 10) // 10·(6·18 − 2·6) + 2·25 = 1010
 */
export function stepFlops(sizes: MlpSizes, batch: number): number {
  const layers = layersOf(sizes)
  const weights = sum(layers.map(({ inputs, outputs }) => inputs * outputs))
  const first = (layers[0]?.inputs ?? 0) * (layers[0]?.outputs ?? 0)
  return batch * (6 * weights - 2 * first) + 2 * parametersOf(sizes)
}

/**
 * The bytes that the same step has to move, each number of 4 bytes: the parameters are read and written once, the
 * images are read once, and what each hidden unit gives is written on the way forward and read on the way back.
 *
 *     4 (2 P + B n₀ + 2 B Σ nᵢ over the hidden layers)
 *
 * @example
 * stepBytes({ kind: 'mlp', inputs: 2, hidden: [3], classes: 4 }, 10) // 4·(2·25 + 20 + 2·30) = 520
 */
export function stepBytes(sizes: MlpSizes, batch: number): number {
  return 4 * (2 * parametersOf(sizes) + batch * (sizes.inputs + 2 * sum(sizes.hidden)))
}

/**
 * The roofline (Williams, Waterman and Patterson 2009): no step is faster than its arithmetic at the machine's peak,
 * nor than its traffic at the machine's bandwidth. The faster of the two bandwidths counts, so that it bounds a step
 * whose parameters stay in a cache too.
 *
 * @returns milliseconds
 */
export function stepBound(sizes: MlpSizes, batch: number, { flops, memory, cache }: Peak): number {
  return 1000 * Math.max(stepFlops(sizes, batch) / flops, stepBytes(sizes, batch) / Math.max(memory, cache))
}

/** P: weights and biases. */
export function parametersOf(sizes: MlpSizes): number {
  return sum(layersOf(sizes).map(({ inputs, outputs }) => (inputs + 1) * outputs))
}

function layersOf({ inputs, hidden, classes }: MlpSizes) {
  const outputs = [...hidden, classes]
  return outputs.map((units, i) => ({ inputs: i === 0 ? inputs : (hidden[i - 1] ?? 0), outputs: units }))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
