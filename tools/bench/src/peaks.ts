import { copyBandwidth } from './bandwidth.ts'
import { MLP } from './cases.ts'
import type { Peak } from './result.ts'
import { parametersOf } from './roofline.ts'
import type { RunnerName } from './runner.ts'
import { start, type Start } from './start.ts'

/** Rows and columns of the matrices: a product of 17 billion operations. */
const SIDE = 2048

/** More than caches hold: 128 MB. */
const FLOATS = 2 ** 25

/**
 * What the machine can do on one thread and on all that were asked for. The arithmetic is that of the fastest of
 * these runners, so that none of them can be ahead of it by its library alone.
 */
export async function measurePeaks(
  names: readonly RunnerName[],
  { threads, python }: Start,
): Promise<Peak[]> {
  const peaks: Peak[] = []
  for (const count of new Set([1, threads])) {
    const flops: number[] = []
    for (const name of ['pytorch', 'native'] as const) {
      if (!names.includes(name)) continue
      const runner = await start(name, { threads: count, python })
      try {
        flops.push((await runner.ask<'peak'>({ peak: SIDE })).flops)
      } finally {
        runner.stop()
      }
    }
    if (flops.length === 0) continue
    const memory = await copyBandwidth(count, FLOATS)
    const cache = await copyBandwidth(count, parametersOf(MLP))
    peaks.push({ threads: count, flops: Math.max(...flops), memory, cache })
  }
  return peaks
}
