/** A worker of empty trials, as a process: `node queue-worker-process.ts URL SLOTS MILLISECONDS LEASE`. SIGTERM drains it. */
import process from 'node:process'
import { workQueue } from '../src/queue/queue-worker.ts'
import { emptyRunner } from './empty-runner.ts'
import { whenReached } from './when-reached.ts'

const [url = '', slots = '', ms = '', lease = ''] = process.argv.slice(2)
const drain = new AbortController()
process.on('SIGTERM', () => {
  drain.abort()
})
await whenReached(() =>
  workQueue(url, {
    slots: Number(slots),
    backend: 'native',
    runner: emptyRunner(Number(ms)),
    drain: drain.signal,
    lease: Number(lease),
    listen: said => {
      console.log(said)
    },
  }),
)
