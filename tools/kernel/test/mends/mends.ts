import { cells } from './cells.ts'
import { imports } from './imports.ts'
import { interrupts } from './interrupts.ts'
import { protocol } from './protocol.ts'
import type { Mend } from './mend.ts'
import { sharedFolder, startTested, type Subject, type TestedKernel } from './tested-kernel.ts'

/** Every row of the table: what users of a notebook do, and what a kernel should then do. */
export const mends: readonly Mend[] = [...imports, ...cells, ...interrupts, ...protocol]

/**
 * Probes a kernel, one row after another in a notebook of its own; a kernel that a probe has spoilt is replaced.
 *
 * @returns by row, whether the kernel does what it should. What takes too long or breaks the kernel is `false`.
 */
export async function probeAll(
  subject: Subject,
  rows: readonly Mend[] = mends,
): Promise<Map<string, boolean>> {
  const folder = sharedFolder()
  const verdicts = new Map<string, boolean>()
  let kernel: TestedKernel | undefined
  try {
    for (const { row, probe, spoils } of rows) {
      kernel ??= await startTested(subject, folder)
      const right = await probe(kernel).catch(() => false)
      verdicts.set(row, right)
      if ((right || spoils !== true) && (await kernel.settled())) continue
      await kernel.end(0)
      kernel = undefined
    }
  } finally {
    await kernel?.end(0)
    folder.remove()
  }
  return verdicts
}
