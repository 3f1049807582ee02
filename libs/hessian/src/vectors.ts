/** ⟨x, y⟩ = Σᵢ xᵢ yᵢ. */
export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i] ?? NaN) * (y[i] ?? NaN)
  return sum
}

/** ‖x‖ = √⟨x, x⟩. */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x))
}

/** target ← target + factor · x. */
export function addScaled(target: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? NaN) + factor * (x[i] ?? NaN)
}

/** factor · x, a new array. */
export function scaled(x: Float64Array, factor: number): Float64Array {
  return x.map(value => factor * value)
}

/** Σⱼ coefficientsⱼ · vectorsⱼ, a new array of `size` numbers. */
export function combination(
  vectors: readonly Float64Array[],
  coefficients: Float64Array,
  size: number,
): Float64Array {
  const sum = new Float64Array(size)
  vectors.forEach((vector, j) => {
    addScaled(sum, coefficients[j] ?? NaN, vector)
  })
  return sum
}
