import { AsyncResource } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { displayMethod } from './display.ts'
import { progressView } from './views/progress-view.ts'
import { createRate } from './rate.ts'

/** A progress bar below a cell; see cell-globals.d.ts. */
export interface Progress {
  tick(count?: number, note?: string): void
  done(): void
}

/** The global of cells; see cell-globals.d.ts. It shows itself through the global `display` of the cell that made it. */
export function progress(total?: number, label = ''): Progress {
  checkTotal(total)
  const end = total === undefined || total === Infinity ? undefined : total
  const id = `progress ${randomUUID()}`
  // What ticks may be a callback that belongs to no cell.
  const show = AsyncResource.bind(globalThis.display)
  const start = performance.now()
  const rate = createRate()
  let count = 0
  let note = ''
  let duration: number | undefined

  const bar = {
    tick(step = 1, newNote = note) {
      checkStep(step)
      count += step
      note = newNote
      const now = performance.now()
      rate.see(count, now)
      if (end !== undefined && count >= end) duration ??= now - start
      void show(bar, { id })
    },
    done() {
      duration ??= performance.now() - start
      void show(bar, { id })
    },
    [displayMethod]: () =>
      progressView({ label, count, total: end, note, duration, perSecond: rate.perSecond() }),
  }
  if (end === 0) bar.done()
  else void show(bar, { id })
  return Object.freeze(bar)
}

function checkTotal(total: unknown): void {
  if (total === undefined || (typeof total === 'number' && total >= 0)) return
  throw new RangeError(
    `progress: the total is ${inspect(total)}; give the number of steps, or undefined if it is not known`,
  )
}

function checkStep(step: unknown): void {
  if (typeof step === 'number' && step >= 0 && Number.isFinite(step)) return
  throw new RangeError(
    `progress: tick(${inspect(step)}); give the number of steps that are done since the last tick`,
  )
}
