/** From where a surface is seen, in degrees. */
export interface View {
  /** How far the surface is turned to the left: at 0 the x axis runs from left to right. Default: 35. */
  readonly azimuth?: number
  /** How high the eye is: 0 is level with the surface, 90 above it. Default: 28. */
  readonly elevation?: number
}

/** A point of the box around a surface: x and y from −1 to 1, z from 0 to 1. */
export type Point3 = readonly [x: number, y: number, z: number]

/** Places on the drawing, in pixels from the top left. */
export interface Axonometry {
  readonly pixels: (point: Point3) => [number, number]
  /** How far away a point is: larger is further. */
  readonly depth: (x: number, y: number) => number
  /** The direction of a vector as the eye has it: to the right, upwards, away. */
  readonly turned: (vector: Point3) => Point3
}

/** How high the box is, where it is 2 wide. */
export const boxHeight = 1.15

/** Parallel projection of the box, as large as `frame` allows. */
export function axonometry(
  { azimuth = 35, elevation = 28 }: View,
  frame: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): Axonometry {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180]
  const turned = ([x, y, z]: Point3): Point3 => {
    const away = x * Math.sin(a) + y * Math.cos(a)
    return [
      x * Math.cos(a) - y * Math.sin(a),
      z * Math.cos(e) + away * Math.sin(e),
      away * Math.cos(e) - z * Math.sin(e),
    ]
  }
  const seen = ([x, y, z]: Point3) => turned([x, y, z * boxHeight])
  const seenCorners = corners.map(seen)
  const right = seenCorners.map(corner => corner[0])
  const up = seenCorners.map(corner => corner[1])
  const [west, east, south, north] = [
    Math.min(...right),
    Math.max(...right),
    Math.min(...up),
    Math.max(...up),
  ]
  const scale = Math.min(
    (frame.right - frame.left) / (east - west),
    (frame.bottom - frame.top) / (north - south),
  )
  const middle = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2] as const
  return {
    pixels(point) {
      const [x, y] = seen(point)
      return [
        tenth(middle[0] + (x - (west + east) / 2) * scale),
        tenth(middle[1] - (y - (south + north) / 2) * scale),
      ]
    },
    depth: (x, y) => x * Math.sin(a) + y * Math.cos(a),
    turned,
  }
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10
}

const corners: readonly Point3[] = [-1, 1].flatMap(x =>
  [-1, 1].flatMap(y => [0, 1].map((z): Point3 => [x, y, z])),
)
