import { performance } from 'node:perf_hooks'
import { sharedFolder, startTested, type Subject, type TestedKernel } from '../test/mends/tested-kernel.ts'

/** All times in ms. */
export interface Overhead {
  ready: number
  cell: { median: number; p95: number }
}

const starts = 5
const warmUp = 30
const measured = 200

/**
 * How long kernels take to be ready, and for a small cell, from the request until reply and `idle` have both arrived.
 * Side by side: the kernels take turns, start by start and cell by cell, so that they find the same machine.
 */
export async function overheads(subjects: readonly Subject[]): Promise<Overhead[]> {
  const folder = sharedFolder()
  const ready = subjects.map((): number[] => [])
  const times = subjects.map((): number[] => [])
  try {
    for (let turn = 1; turn < starts; turn++) {
      for (const [index, subject] of subjects.entries()) {
        await (await started(subject, ready[index])).end(0)
      }
    }
    const kernels: TestedKernel[] = []
    for (const [index, subject] of subjects.entries()) kernels.push(await started(subject, ready[index]))
    for (let turn = -warmUp; turn < measured; turn++) {
      for (const [index, kernel] of kernels.entries()) {
        const time = await cellTime(kernel, turn)
        if (turn >= 0) times[index]?.push(time)
      }
    }
    for (const kernel of kernels) await kernel.end(0)
  } finally {
    folder.remove()
  }
  return subjects.map((_, index) => ({
    ready: quantile(ready[index] ?? [], 0.5),
    cell: { median: quantile(times[index] ?? [], 0.5), p95: quantile(times[index] ?? [], 0.95) },
  }))

  async function started(subject: Subject, into: number[] | undefined): Promise<TestedKernel> {
    const begin = performance.now()
    const kernel = await startTested(subject, folder)
    into?.push(performance.now() - begin)
    return kernel
  }
}

/** A cell of the kind one types: a declaration, a call, a line of output. */
async function cellTime({ client }: TestedKernel, turn: number): Promise<number> {
  const code = `const x${turn + warmUp} = Math.sqrt(${turn + warmUp})\nconsole.log(x${turn + warmUp})`
  const begin = performance.now()
  const content = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false, code }
  await client.ask('execute_request', content)
  return performance.now() - begin
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
