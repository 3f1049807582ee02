import { stripVTControlCharacters } from 'node:util'
import type { Cell, TestedKernel } from './tested-kernel.ts'

/** A row of the table of defects, and how to see whether a kernel has it right. */
export interface Mend {
  group: 'Compiling and imports' | 'Cells' | 'Errors' | 'Interrupts' | 'Showing things' | 'The protocol'
  row: string
  /** Why plain tslab has it right too: such a row is there for the comparison, and no mend. */
  alsoPlain?: string
  /** A kernel that fails here is of no use to the next probe. */
  spoils?: boolean
  /** True when the kernel behaves as it should. */
  probe: (kernel: TestedKernel) => Promise<boolean>
}

/** Runs cells one after another; true when all went well and the last one wrote `expected` to stdout. */
export async function prints(kernel: TestedKernel, expected: string, ...cells: string[]): Promise<boolean> {
  let last: Cell | undefined
  for (const code of cells) {
    last = await kernel.run(code)
    if (!last.ended || last.reply['status'] !== 'ok') return false
  }
  return last?.stdout() === expected
}

/** The traceback of an error, or what went to stderr instead, without colours. */
export function trace(cell: Cell): string {
  const lines = cell.reply['traceback']
  return stripVTControlCharacters(Array.isArray(lines) ? lines.join('\n') : cell.stderr())
}

/** The MIME bundle of the cell's result. */
export function resultOf(cell: Cell): Record<string, unknown> {
  return (cell.of('execute_result')[0]?.['data'] ?? {}) as Record<string, unknown>
}

/** The text of the cell's result, without colours. */
export function resultText(cell: Cell): string {
  return stripVTControlCharacters(String(resultOf(cell)['text/plain']))
}
