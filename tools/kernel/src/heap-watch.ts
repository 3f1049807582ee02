import { Session } from 'node:inspector'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A way for the other thread to have the garbage of this one collected, also in the middle of a loop. */
export function exposeCollector(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  Object.defineProperty(globalThis, Symbol.for(collectorName), { value: collect })
}

const collectorName = 'flatland.collectGarbage'
const collector = `globalThis[Symbol.for('${collectorName}')]`

/** How often a running cell's memory is looked at, in ms. */
const period = 250

/**
 * Watches over the heap of the main thread while a cell runs. Node ends a process whose heap is full at once and without
 * a word to the notebook; so the kernel is given more heap than it may use (see kernelspec.ts), and told of it here.
 *
 * @param limit In bytes.
 * @param exhausted Is told why, once, when the heap holds more than the limit and nothing of it can be collected.
 */
export async function watchHeap(
  limit: number,
  isBusy: () => boolean,
  exhausted: (why: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    await setTimeout(period)
    // What the process holds is quick to ask, and never less than its heap.
    if (!isBusy() || process.memoryUsage.rss() < limit) continue
    if ((await heapAfterCollection(limit)) < limit) continue
    const megabytes = Math.round(limit / 2 ** 20)
    await exhausted(
      `the cell ran out of memory: the JavaScript heap holds more than its ${megabytes} MB. The kernel ends, and its variables are lost.`,
    )
    return
  }
}

/** Bytes; collects garbage only when the heap seems to be too large. */
async function heapAfterCollection(limit: number): Promise<number> {
  const mainThread = new Session()
  mainThread.connectToMainThread()
  try {
    const used = await heapUsage(mainThread)
    if (used < limit) return used
    await new Promise<void>(resolve => {
      // The profiler's own command waits for the end of a loop.
      mainThread.post('Runtime.evaluate', { expression: `${collector}()` }, () => {
        resolve()
      })
    })
    return await heapUsage(mainThread)
  } finally {
    mainThread.disconnect()
  }
}

function heapUsage(thread: Session): Promise<number> {
  return new Promise((resolve, reject) => {
    thread.post('Runtime.getHeapUsage', (error: Error | null, usage?: { usedSize: number }) => {
      if (usage) resolve(usage.usedSize)
      else reject(error ?? new Error('The main thread does not tell how large its heap is.'))
    })
  })
}
