import { checkSize } from './subspace.ts'

/**
 * The straight line between two networks (Goodfellow, Vinyals and Saxe 2015; figure 3 of Keskar et al. 2016):
 *
 *   θ(α) = (1 − α) a + α b,
 *
 * a at α = 0, b at 1, and further in both directions.
 *
 * @throws RangeError when they differ in size
 *
 * @example
 * const theta = straightPath(Float64Array.of(0, 1), Float64Array.of(2, 1))
 * theta(1.5) // [3, 1]
 */
export function straightPath(a: Float64Array, b: Float64Array): (alpha: number) => Float64Array {
  return combining(a, b, alpha => [1 - alpha, alpha])
}

/**
 * The curved path of Keskar et al. 2016, figure 7:
 *
 *   θ(α) = cos(απ/2) a + sin(απ/2) b,   α from 0 to 1.
 *
 * Between two networks of about the same norm it keeps that norm, where the straight line comes nearer to 0.
 *
 * @throws RangeError when they differ in size
 *
 * @example
 * const theta = curvedPath(Float64Array.of(1, 0), Float64Array.of(0, 1))
 * theta(0.5) // [0.7071, 0.7071]
 */
export function curvedPath(a: Float64Array, b: Float64Array): (alpha: number) => Float64Array {
  return combining(a, b, alpha => [Math.cos((alpha * Math.PI) / 2), Math.sin((alpha * Math.PI) / 2)])
}

function combining(
  a: Float64Array,
  b: Float64Array,
  weights: (alpha: number) => readonly [number, number],
): (alpha: number) => Float64Array {
  checkSize('the end of the path', b, a.length)
  return alpha => {
    const [ofA, ofB] = weights(alpha)
    const theta = new Float64Array(a.length)
    for (let i = 0; i < theta.length; i++) theta[i] = ofA * (a[i] ?? 0) + ofB * (b[i] ?? 0)
    return theta
  }
}
