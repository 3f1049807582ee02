import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import type { BenchResult } from './result.ts'

/** What the numbers are from. */
export function machine(): BenchResult['machine'] {
  return {
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'}${vectors()}`,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
  }
}

/** The widest vectors that the processor has, where Linux tells: they decide which kernels run. */
function vectors(): string {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
    if (flags.includes('avx512f')) return ' with AVX-512'
    return flags.includes('avx2') ? ' with AVX2' : ''
  } catch {
    return ''
  }
}
