import { promisify } from 'node:util'
import { stopWatch } from './cell.ts'

/**
 * From now on the global timers belong to the cell that sets them: once it was interrupted they do not fire. So a loop
 * that sleeps does not wake again, and prints nothing into later cells.
 */
export function ownTimers(): void {
  const owned = {
    setTimeout: ownedBy(globalThis.setTimeout),
    setInterval: ownedBy(globalThis.setInterval),
    setImmediate: ownedBy(globalThis.setImmediate),
  }
  const sleep = (ms: number, value: unknown) =>
    new Promise(resolve => owned.setTimeout(resolve, ...[ms, value]))
  const yieldOnce = (value: unknown) => new Promise(resolve => owned.setImmediate(resolve, ...[value]))
  Object.defineProperty(owned.setTimeout, promisify.custom, { value: sleep })
  Object.defineProperty(owned.setImmediate, promisify.custom, { value: yieldOnce })
  Object.assign(globalThis, owned)
}

type Callback = (...values: unknown[]) => unknown

type SetTimer = (callback: Callback, ...rest: unknown[]) => unknown

function ownedBy(set: unknown): SetTimer {
  const setTimer = set as SetTimer
  return (callback, ...rest) => {
    // Node says what is wrong with it.
    if (typeof callback !== 'function') return setTimer(callback, ...rest)
    const isStopped = stopWatch()
    return setTimer(
      function (this: NodeJS.Timeout, ...values) {
        // An interval would come again.
        if (isStopped()) clearInterval(this)
        else Reflect.apply(callback, this, values)
      },
      ...rest,
    )
  }
}
