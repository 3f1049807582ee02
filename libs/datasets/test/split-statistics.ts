import type { Split } from '../src/dataset.ts'

/** mean and standard deviation of each channel, where byte 255 is 1. */
export function channelStatistics({ images, shape }: Split): { mean: number[]; std: number[] } {
  const channels = shape[2]
  const count = images.length / channels
  const sums = new Float64Array(channels)
  const squares = new Float64Array(channels)
  for (let i = 0; i < images.length; i++) {
    const value = (images[i] ?? NaN) / 255
    sums[i % channels] = (sums[i % channels] ?? 0) + value
    squares[i % channels] = (squares[i % channels] ?? 0) + value ** 2
  }
  const mean = Array.from(sums, sum => sum / count)
  const std = Array.from(squares, (square, c) => Math.sqrt(square / count - (mean[c] ?? 0) ** 2))
  return { mean, std }
}

/** how many images each class has. */
export function classCounts({ labels, classes }: Split): number[] {
  const counts = classes.map(() => 0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

/** those decimals that the data sets' own constants are given with. */
export function toFourDecimals(values: readonly number[]): number[] {
  return values.map(value => Number(value.toFixed(4)))
}
