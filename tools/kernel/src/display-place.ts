import { clearTimeout, setTimeout } from 'node:timers'
import { isPromise, liveBundle, mimeBundle, type MimeBundle } from './display.ts'

/** One output that is shown again and again in place. Only its newest value counts. */
export interface DisplayPlace {
  /** Shows a value as soon as it may be; resolves when it, or a newer one, is shown. Rejects if that one cannot be. */
  show(value: unknown): Promise<void>
  /** Resolves when the newest value is shown, in its final form. Rejects never. */
  finish(): Promise<void>
  /** Shows at once what is held back, if that takes no waiting; then nothing any more. */
  stop(): void
}

interface Held {
  value: unknown
  promise: Promise<void>
  resolve: () => void
  reject: (error: unknown) => void
}

/** Between two updates, in milliseconds: at most ten a second while the cell runs, one a second after its end. */
const pauses = { running: 100, finished: 1000 }
/** Showing takes at most a tenth of the time, as long as that leaves an update a second. */
const restAfterWork = { times: 9, longest: 1000 }

/**
 * One value is made and shown at a time, so that a slow one never overwrites a newer one; the newest that comes
 * meanwhile is held back, without being looked at. A value with a live form is shown in it until `finish`.
 *
 * @param failedAtEnd Gets the error of a value that was shown live and has no final form.
 */
export function createDisplayPlace(
  publish: (data: MimeBundle) => void,
  failedAtEnd: (error: unknown) => void,
): DisplayPlace {
  let held: Held | undefined
  let showing: Promise<void> | undefined
  /** What is shown in its live form only. */
  let live: { value: unknown } | undefined
  let timer: NodeJS.Timeout | undefined
  let freeAt = -Infinity
  let finished = false
  let stopped = false

  function show(value: unknown): Promise<void> {
    if (held) held.value = value
    else held = holding(value)
    const { promise } = held
    if (!stopped) showWhenFree()
    return promise
  }

  function showWhenFree(): void {
    if (!held || showing) return
    const wait = freeAt - performance.now()
    // A loop that never yields fires no timer: every value looks at the clock.
    if (wait <= 0) showHeld(held)
    else timer ??= setTimeout(showWhenDue, wait).unref()
  }

  function showWhenDue(): void {
    if (held) showHeld(held)
  }

  /** At once, if the bundle is no promise. */
  function showHeld({ value, resolve, reject }: Held): void {
    if (stopped) return
    clearTimeout(timer)
    timer = undefined
    held = undefined
    const start = performance.now()
    const shown = (data: MimeBundle) => {
      if (stopped) return
      publish(data)
      resolve()
    }
    const failed = (error: unknown) => {
      if (!stopped) reject(error)
    }
    try {
      const bundle = newestBundle(value)
      if (isPromise(bundle)) {
        showing = bundle
          .then(shown)
          .catch(failed)
          .then(() => {
            showing = undefined
            rest(start)
            if (!stopped) showWhenFree()
          })
        return
      }
      shown(bundle)
    } catch (error) {
      failed(error)
    }
    rest(start)
  }

  function newestBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
    const bundle = finished ? undefined : liveBundle(value)
    live = bundle ? { value } : undefined
    return bundle ?? mimeBundle(value)
  }

  function rest(start: number): void {
    const end = performance.now()
    const needed = Math.min(restAfterWork.longest, restAfterWork.times * (end - start))
    freeAt = end + Math.max(needed, finished ? pauses.finished : pauses.running)
  }

  /** What comes while this waits is later than the end of the cell: else this might never be done. */
  async function finish(): Promise<void> {
    finished = true
    await showing
    if (live && !held && !showing) show(live.value).catch(failedAtEnd)
    if (held && !showing) showHeld(held)
    await showing
  }

  function stop(): void {
    if (stopped) return
    clearTimeout(timer)
    try {
      const bundle = held && (liveBundle(held.value) ?? mimeBundle(held.value))
      if (isPromise(bundle)) bundle.catch(() => undefined)
      else if (bundle) publish(bundle)
    } catch {
      // There is no cell any more that could report it.
    }
    stopped = true
  }

  return { show, finish, stop }
}

function holding(value: unknown): Held {
  const held = { value } as Held
  held.promise = new Promise((resolve, reject) => {
    Object.assign(held, { resolve, reject })
  })
  return held
}
