import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { createDisplayPlace, type DisplayPlace } from './display-place.ts'
import { isPromise, mimeBundle } from './display.ts'
import type { Content } from './wire.ts'

/** What one cell shows. */
export interface Displays {
  /**
   * Shows a value in a new output or, with an `id`, in the output that this id has in this cell: at most ten times a
   * second, the newest value winning. Outputs without an id come in the order of the calls. Resolves when the value, or a
   * newer one of the same id, is shown; rejects with what its display method throws. Once stopped it never settles, so
   * that a loop which awaits it stands still.
   */
  display: (value: unknown, options?: { id?: string }) => Promise<void>
  /**
   * Shows now what is held back, and in its final form what was shown live. Resolves when all is shown that was begun,
   * to the errors of display methods in the order they came, those a caller of `display` has seen among them.
   * What is displayed later is shown too, once a second.
   */
  end: () => Promise<unknown[]>
  /** Publishes nothing any more, except at once what is held back, if that takes no waiting. */
  stop: () => void
}

export function createDisplays(
  publish: (type: 'display_data' | 'update_display_data', content: Content) => void,
): Displays {
  // Unknown outside the cell, so that neither its rerun nor another cell touches its outputs.
  const cell = randomUUID()
  const places = new Map<string, DisplayPlace>()
  const pending = new Set<Promise<void>>()
  let errors: unknown[] = []
  let appending = 0
  let lastAppended = Promise.resolve()
  let ended = false
  let stopped = false
  let release: (() => void) | undefined
  const whenStopped = new Promise<void>(resolve => {
    release = resolve
  })

  function display(value: unknown, { id }: { id?: string } = {}): Promise<void> {
    if (stopped) return never()
    const shown = id === undefined ? append(value) : show(value, id)
    // Later than that there is nobody else to report an error that is not awaited.
    if (!ended) remember(shown)
    return shown
  }

  /** Every promise once: a value that is held back shares the one of the value it replaces. */
  function remember(shown: Promise<void>): void {
    if (pending.has(shown)) return
    pending.add(shown)
    const settled = () => pending.delete(shown)
    shown.catch((error: unknown) => errors.push(error)).then(settled, settled)
  }

  function append(value: unknown): Promise<void> {
    const shown = showNew(value, appending > 0 ? lastAppended : undefined)
    lastAppended = shown.catch(() => undefined)
    return shown
  }

  /** At once, if there is nothing to wait for. */
  async function showNew(value: unknown, before: Promise<void> | undefined): Promise<void> {
    appending++
    try {
      const bundle = mimeBundle(value)
      // Should it fail before its turn has come, it is reported in its turn.
      if (isPromise(bundle)) bundle.catch(() => undefined)
      if (before) await before
      const data = isPromise(bundle) ? await bundle : bundle
      if (stopped) await never()
      publish('display_data', { data, metadata: {}, transient: {} })
    } finally {
      appending--
    }
  }

  function show(value: unknown, id: string): Promise<void> {
    if (typeof (id as unknown) !== 'string' || id === '') {
      return Promise.reject(
        new TypeError(`display: id is ${inspect(id)}; it must be a text that is not empty`),
      )
    }
    let place = places.get(id)
    if (!place) places.set(id, (place = createPlace(`${cell}-${id}`)))
    return place.show(value)
  }

  function createPlace(display_id: string): DisplayPlace {
    let isNew = true
    return createDisplayPlace(
      data => {
        const content = { data, metadata: {}, transient: { display_id } }
        publish(isNew ? 'display_data' : 'update_display_data', content)
        isNew = false
      },
      error => errors.push(error),
    )
  }

  async function end(): Promise<unknown[]> {
    const finished = [...places.values()].map(place => place.finish())
    await Promise.race([whenStopped, Promise.allSettled([...pending, ...finished])])
    ended = true
    const found = errors
    errors = []
    return found
  }

  function stop(): void {
    for (const place of places.values()) place.stop()
    stopped = true
    release?.()
  }

  return { display, end, stop }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
