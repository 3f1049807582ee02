/**
 * Workers whose trials are empty, all in this process: `node simulated-workers.ts URL WORKERS`. Each has connections of its own, as
 * one on a machine of its own has. SIGTERM drains them.
 */
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { workQueue } from '@flatland/batch-study/queue'
import { emptyRunner } from '@flatland/batch-study/testing'

const [url = '', count = ''] = process.argv.slice(2)
const drain = new AbortController()
process.on('SIGTERM', () => {
  drain.abort()
})
const runner = emptyRunner()
await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    // Those of a lab do not all come in one moment, and this process has one thread for all.
    await setTimeout(i * 20)
    await workQueue(url, {
      slots: 1,
      backend: 'native',
      runner,
      drain: drain.signal,
      listen: () => undefined,
    })
  }),
)
