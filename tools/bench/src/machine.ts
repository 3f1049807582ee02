import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import type { BenchResult } from './result.ts'

/** What the numbers are from. */
export function machine(): BenchResult['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
  }
}
