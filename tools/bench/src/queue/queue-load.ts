/**
 * What a queue of trials costs, on a Redis of its own: `npm run queue-load -w @flatland/bench` makes the page `docs/queue-load.md`
 * and its charts. Takes a quarter of an hour; nothing else should run meanwhile.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testRedis } from '@flatland/batch-study/testing'
import { measureLoad, measureMemory, measureStore, type QueueLoad } from './measure-load.ts'
import { loadPage } from './load-page.ts'

const WORKERS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
const FINISHED = 100_000

const docs = join(import.meta.dirname, '../../../../docs')
const server = await testRedis()
try {
  const store = await measureStore()
  const loads: QueueLoad[] = []
  for (const workers of WORKERS) {
    const load = await measureLoad(server.url, workers)
    console.log(`${workers} workers: ${load.perTrial.toFixed(2)} ms a trial`)
    loads.push(load)
  }
  const memory = await measureMemory(server.url, FINISHED, 20)
  for (const [name, text] of await loadPage({ store, loads, memory })) writeFileSync(join(docs, name), text)
} finally {
  await server.stop()
}
