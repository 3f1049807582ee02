import { difference, dot, type Plane, planeAlong } from './plane.ts'
import { checkSize } from './subspace.ts'

/**
 * The plane through three networks, as of three minima (Garipov et al. 2018, Loss surfaces, mode connectivity, and fast
 * ensembling of DNNs, section 3.1 and appendix A.1): with u = b − a and v what of c − a is orthogonal to it,
 *
 *   θ(s, t) = a + s u/‖u‖ + t v/‖v‖,
 *
 * so that distances in the picture are those of the parameters. a is at (0, 0), b at (‖u‖, 0), c above or beside them.
 *
 * @throws RangeError when they differ in size, or lie on one line
 *
 * @example
 * const plane = planeThrough(Float64Array.of(0, 0, 1), Float64Array.of(2, 0, 1), Float64Array.of(1, 3, 1))
 * plane.project(Float64Array.of(1, 3, 1)) // [1, 3]
 */
export function planeThrough(a: Float64Array, b: Float64Array, c: Float64Array): Plane {
  checkSize('the second point', b, a.length)
  checkSize('the third point', c, a.length)
  const u = difference(b, a)
  const [first, length] = [unit(u), Math.sqrt(dot(u, u))]
  const toC = difference(c, a)
  const along = dot(toC, first)
  // Twice, so that rounding leaves nothing of u in it.
  const rest = without(without(toC, first, along), first)
  const height = Math.sqrt(dot(rest, rest))
  if (!(length > 0 && height > 1e-12 * Math.sqrt(dot(toC, toC))))
    throw new RangeError('planeThrough: the three points lie on one line; they span no plane')
  return Object.freeze(planeAlong(a, [first, unit(rest)]))
}

function unit(x: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(x, x))
  return x.map(value => value / norm)
}

function without(x: Float64Array, direction: Float64Array, amount = dot(x, direction)): Float64Array {
  return x.map((value, i) => value - amount * (direction[i] ?? 0))
}
