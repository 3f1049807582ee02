/**
 * Mean and standard deviation (of all, not of a sample) of each channel, in float64 and two passes.
 *
 * @param images numbers of which the last dimension is the channel. Bytes are on a scale where 255 is 1.
 */
export function channelStatistics(
  images: Uint8Array | Float32Array,
  channels: number,
): { mean: number[]; std: number[] } {
  const unit = images instanceof Uint8Array ? 255 : 1
  const count = images.length / channels
  const sums = new Float64Array(channels)
  for (let i = 0; i < images.length; i++) {
    sums[i % channels] = (sums[i % channels] ?? 0) + (images[i] ?? NaN)
  }
  const means = sums.map(sum => sum / count)
  const squares = new Float64Array(channels)
  for (let i = 0; i < images.length; i++) {
    const off = (images[i] ?? NaN) - (means[i % channels] ?? NaN)
    squares[i % channels] = (squares[i % channels] ?? 0) + off * off
  }
  return {
    mean: Array.from(means, mean => mean / unit),
    std: Array.from(squares, square => Math.sqrt(square / count) / unit),
  }
}
