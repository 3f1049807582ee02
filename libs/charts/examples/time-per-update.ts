import { lineChart, sideBySide, type LineChart } from '../src/index.ts'

const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 60000]
const engines = [
  { engine: 'native, 2 threads', floor: 1.4, each: 0.0011 },
  { engine: 'native, 1 thread', floor: 1.3, each: 0.0021 },
  { engine: 'wasm, 1 thread', floor: 2.9, each: 0.012 },
]

/** Time per update as it would be measured: a floor, then growth; the quartiles widen where it is short. */
const rows = engines.flatMap(({ engine, floor, each }) =>
  batchSizes.map((batchSize, index) => {
    const ms = (floor + each * batchSize) * (1 + 0.08 * Math.sin(3 * index))
    return { engine, batchSize, ms, q1: ms * 0.85, q3: ms * 1.25 }
  }),
)

const fitted = engines.flatMap(({ engine, floor, each }) =>
  batchSizes.map(batchSize => ({ engine, batchSize, ms: floor + each * batchSize })),
)

const common = {
  rows,
  series: { field: 'engine', title: 'engine' },
  band: { low: 'q1', high: 'q3' },
} satisfies Partial<LineChart>

const measured = (scale: 'linear' | 'log', subtitle: string) =>
  lineChart({
    ...common,
    title: `Time per update, ${scale} axes`,
    subtitle,
    x: { field: 'batchSize', title: 'batch size', scale },
    y: { field: 'ms', title: 'time per update', unit: 'ms', scale },
    points: true,
  })

/** The same rows twice: what looks flat on one pair of axes is not flat on the other. */
export const linearBesideLog = sideBySide(
  measured('linear', 'Every pixel is the same number of images.'),
  measured('log', 'Median and quartiles of 30 updates after warm-up; every pixel is the same factor.'),
)

/** Points with a band, the curve of a model, and the knee that the model has. */
export const fittedKnee = lineChart({
  ...common,
  title: 'One update costs the same until parallelism runs out',
  subtitle:
    'MNIST, MLP 784-128-10. Points: medians of 30 updates, band: quartiles. Dashed: a + b · batch size.',
  x: { field: 'batchSize', title: 'batch size', scale: 'log' },
  y: { field: 'ms', title: 'time per update', unit: 'ms', scale: 'log' },
  fit: { title: 'fitted a + b · batch size', rows: fitted },
  rules: [
    { axis: 'x', value: 1.4 / 0.0011, label: 'knee 1273 (2 threads)' },
    { axis: 'x', value: 2.9 / 0.012, label: 'knee 242 (wasm)' },
  ],
})

/** Lines only: one series, both kinds of rule. */
export const oneLine = lineChart({
  title: 'Time per epoch',
  rows: batchSizes.map(batchSize => ({ batchSize, seconds: 60000 / batchSize / 700 + 0.08 })),
  x: { field: 'batchSize', title: 'batch size', scale: 'log' },
  y: { field: 'seconds', title: 'time per epoch', unit: 's' },
  rules: [
    { axis: 'y', value: 60, label: 'a minute' },
    { axis: 'x', value: 512, label: 'knee 512' },
  ],
})

/** As many series as there are colours, without points: dashes tell them apart. */
export const sixLines = lineChart({
  title: 'Six series',
  rows: [1, 2, 3, 4, 5, 6].flatMap(series =>
    [0, 1, 2, 3, 4].map(x => ({ series, x, y: series + Math.sin(x + series) })),
  ),
  x: { field: 'x', title: 'x' },
  y: { field: 'y', title: 'y' },
  series: { field: 'series', title: 'series' },
})
