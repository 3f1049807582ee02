/** A worker of real trials with one slot, as `flatland worker --slots 1` is: `node real-worker-process.ts URL`. SIGTERM drains it. */
import process from 'node:process'
import { workQueue } from '../src/queue/queue-worker.ts'
import { inProcesses } from '../src/queue/trial-runner.ts'
import { trialProcesses } from '../src/trial-processes.ts'

const [url = ''] = process.argv.slice(2)
const drain = new AbortController()
process.on('SIGTERM', () => {
  drain.abort()
})
const processes = trialProcesses()
await workQueue(url, {
  slots: 1,
  backend: 'native',
  runner: inProcesses(processes),
  drain: drain.signal,
  listen: said => {
    console.error(said)
  },
})
await processes.kill()
