/** A sweep of empty trials through a queue, as a process: `node queue-sweep-process.ts URL STORE TRIALS LOG`. */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { queue } from '../src/queue/queue-executor.ts'
import { sweep } from '../src/sweep.ts'
import { trialStore } from '../src/trial-store.ts'
import { emptyTrials } from './empty-trials.ts'
import { whenReached } from './when-reached.ts'

const [url = '', folder = '', count = '', log = ''] = process.argv.slice(2)
await whenReached(async () => {
  const events = sweep(emptyTrials(Number(count)), {
    executor: queue(url, said => {
      console.log(said)
    }),
    store: trialStore(folder),
  })
  for await (const event of events) {
    if (event.kind === 'failed') throw new Error(event.reason)
    if (event.kind === 'result' && event.from === 'run') appendFileSync(log, `${event.trial.seed}\n`)
  }
})
