import { contourChart, surfaceChart, type Path, type Plane } from '../src/index.ts'

/** Gradient descent on w₁² − w₂², from beside the line on which the saddle looks like a minimum. */
function descent(): Path {
  const points: [number, number][] = [[0.9, -0.01]]
  for (let [x, y] = [0.9, -0.01]; y > -0.95;) {
    ;[x, y] = [x * 0.9, y * 1.1]
    points.push([x, y])
  }
  return { name: 'gradient descent', points }
}

const saddle = {
  value: (x, y) => x ** 2 - y ** 2,
  x: { title: 'w₁', from: -1, to: 1 },
  y: { title: 'w₂', from: -1, to: 1 },
  valueTitle: 'loss',
  paths: [{ name: 'the cut w₂ = 0', points: [[-1, 0], [1, 0]] }, descent()],
  marks: [{ label: 'saddle', x: 0, y: 0 }],
} satisfies Plane // prettier-ignore

/** A surface, a cut and a trajectory on it. */
export const saddleSurface = surfaceChart({
  ...saddle,
  title: 'A saddle looks like a minimum on a cut',
  subtitle: 'L = w₁² − w₂²',
})

/** The same from above. */
export const saddleMap = contourChart({ ...saddle, title: 'The same saddle as a map' })

/** A log scale, chosen levels, a trajectory of a few steps. */
export const valley = contourChart({
  title: 'A valley of minima',
  subtitle: 'L = (1 − w₁w₂)²: every point of w₁w₂ = 1 has loss 0.',
  value: (x, y) => (1 - x * y) ** 2,
  x: { title: 'w₁', from: -2, to: 2 },
  y: { title: 'w₂', from: -2, to: 2 },
  valueTitle: 'loss',
  scale: 'log',
  levels: [0.01, 0.1, 0.3, 0.9, 3, 10],
  paths: [{ name: 'five steps', points: [[0.2, 0.1], [0.4, 0.35], [0.6, 0.65], [0.85, 0.9], [0.97, 1]] }],
  marks: [{ label: 'saddle', x: 0, y: 0 }],
}) // prettier-ignore
