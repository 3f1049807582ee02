import { currentCell, type Cell } from './current-cell.ts'

/** Who waits at an `await` of a cell or of a source it has imported, and for which cell. */
const waiting = new Map<(error: Error) => void, Cell | undefined>()

/**
 * What an `await` waits for instead of `value`: the same, but it throws as soon as {@link endWaiting} is called.
 * Throws when the current cell is to end already.
 */
export function awaited(value: unknown): unknown {
  const cell = currentCell()
  cell?.throwIfStopped()
  if (!isThenable(value)) return value
  return new Promise((resolve, reject) => {
    waiting.set(reject, cell)
    Promise.resolve(value)
      .finally(() => waiting.delete(reject))
      .then(resolve, reject)
  })
}

/** Ends all waiting for the cells chosen. */
export function endWaiting(error: Error, isChosen: (cell: Cell | undefined) => boolean): void {
  for (const [reject, cell] of [...waiting]) {
    if (!isChosen(cell)) continue
    waiting.delete(reject)
    reject(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return 'then' in value && typeof value.then === 'function'
}
