import { histogramChart, scatterChart } from '../src/index.ts'

/** Without chance: the bulk is what a normal distribution has at even probabilities, nearly. */
const bulk = Array.from({ length: 2000 }, (_, index) => {
  const share = (index + 0.5) / 2000
  return 0.25 * (share ** 0.135 - (1 - share) ** 0.135)
})
const outliers = [2.1, 3.4, 3.5, 5.2, 7.9]

/** Five values beside a bulk: on a linear scale nobody would see them. */
export const spectrum = histogramChart({
  title: 'A bulk at 0 and a few outliers',
  subtitle: '2005 eigenvalues of a Hessian',
  samples: [{ name: 'eigenvalues', values: [...bulk, ...outliers] }],
  x: { title: 'eigenvalue' },
  y: { scale: 'log' },
  rules: [{ axis: 'x', value: 0, label: 'flat' }],
})

const places = Array.from({ length: 101 }, (_, index) => -0.25 + index / 200)
const normal = (x: number) => Math.exp(-((x / 0.0494) ** 2) / 2) / (0.0494 * Math.sqrt(2 * Math.PI))

/** A density estimated elsewhere, with its band, over the exact one. */
export const density = histogramChart({
  title: 'Estimated density beside the exact one',
  samples: [{ name: 'exact', values: bulk }],
  bins: 40,
  x: { title: 'eigenvalue' },
  y: { measure: 'density' },
  curves: [
    {
      name: 'estimated',
      points: places.map(x => ({ x, y: normal(x), low: 0.85 * normal(x), high: 1.15 * normal(x) })),
    },
  ],
})

const criticalPoints = Array.from({ length: 120 }, (_, index) => {
  const share = (index % 40) / 100
  const network = ['narrow', 'middle', 'wide'][Math.floor(index / 40)] ?? ''
  const loss = 0.1 + 4 * share + 0.3 * Math.abs(Math.sin(7 * index))
  return { share, network, loss, gradient: 10 ** (-7 + 3 * Math.abs(Math.cos(3 * index))) }
})
const share = { field: 'share', title: 'share of negative eigenvalues' }
const loss = { field: 'loss', title: 'loss' }

/** Points of three series. */
export const indexAndLoss = scatterChart({
  title: 'The higher the loss, the more directions lead down',
  rows: criticalPoints,
  x: share,
  y: loss,
  series: { field: 'network', title: 'network' },
})

/** Points coloured by a number, and a line through them. */
export const coloured = scatterChart({
  title: 'How critical the points are',
  rows: criticalPoints,
  x: share,
  y: loss,
  color: { field: 'gradient', title: 'gradient norm', scale: 'log' },
  fit: { title: '0.3 + 4 · share', rows: [{ share: 0, loss: 0.3 }, { share: 0.39, loss: 1.86 }] },
}) // prettier-ignore
