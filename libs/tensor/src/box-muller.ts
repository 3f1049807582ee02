/**
 * Fills `samples` with independent normal numbers of mean 0 and variance 1. Two uniform numbers give two normal ones:
 * √(−2 ln u)·(cos 2πv, sin 2πv) (Box and Muller 1958).
 *
 * @param uniform draws from [0, 1)
 */
export function boxMuller<T extends Float32Array | Float64Array>(samples: T, uniform: () => number): T {
  for (let i = 0; i < samples.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    samples[i] = radius * Math.cos(angle)
    if (i + 1 < samples.length) samples[i + 1] = radius * Math.sin(angle)
  }
  return samples
}
