import { barChart } from '../src/index.ts'

/** Grouped bars against a yardstick at 1. */
export const ratios = barChart({
  title: 'Time of a training step, relative to PyTorch',
  subtitle: 'Medians of 30 steps, interleaved in one run. Shorter is faster.',
  rows: [
    { step: 'MLP, batch 64', engine: 'native', ratio: 0.62 },
    { step: 'MLP, batch 64', engine: 'wasm', ratio: 2.31 },
    { step: 'CNN, batch 64', engine: 'native', ratio: 1.08 },
    { step: 'CNN, batch 64', engine: 'wasm', ratio: 5.44 },
    { step: 'CNN, batch 1024', engine: 'native', ratio: 1.213 },
  ],
  category: { field: 'step', title: 'training step' },
  value: { field: 'ratio', title: 'time / time of PyTorch' },
  series: { field: 'engine', title: 'engine' },
  rule: { value: 1, label: 'PyTorch' },
})
