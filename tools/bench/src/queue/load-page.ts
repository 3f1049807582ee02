import { lineChart } from '@flatland/charts'
import { machine } from '../machine.ts'
import { cell, markdownOf, short } from '../text.ts'
import type { QueueLoad, QueueMemory } from './measure-load.ts'

export interface MeasuredQueue {
  /** What a trial costs without a queue, in ms. */
  readonly store: number
  /** By number of workers, from few to many. */
  readonly loads: readonly QueueLoad[]
  readonly memory: QueueMemory
}

/** @returns the texts of the page and of its pictures, by name of file */
export async function loadPage({
  store,
  loads,
  memory,
}: MeasuredQueue): Promise<ReadonlyMap<string, string>> {
  const { cpu, cores, system } = machine()
  const where = `empty trials; server, sweep and workers share ${cores} cores, ${cpu}`
  const x = { field: 'workers', title: 'workers', scale: 'log' } as const
  const throughput = lineChart({
    title: 'Trials a second through the queue',
    subtitle: where,
    rows: loads.map(({ workers, perTrial }) => ({ workers, rate: 1000 / perTrial })),
    x,
    y: { field: 'rate', title: 'trials a second' },
    points: true,
  })
  const latency = lineChart({
    title: 'A sweep of one trial, from its start to its end',
    subtitle: `${where}; median, band: quartiles`,
    rows: loads.map(({ workers, single }) => ({ workers, ...single })),
    x,
    y: { field: 'median', title: 'time', unit: 'ms' },
    band: { low: 'low', high: 'high' },
    points: true,
  })
  const table = markdownOf({
    title: 'By number of workers',
    header: [
      'workers',
      'ms a trial',
      'of it queue, ms',
      'trials a second',
      'sweep of one trial, ms',
      'of the server a trial, ms',
      'server busy while all wait',
      'server’s memory a worker, kB',
    ],
    rows: loads.map(load => [
      `${load.workers}`,
      short(load.perTrial),
      short(load.perTrial - store),
      short(1000 / load.perTrial),
      cell(load.single),
      short(load.serverPerTrial),
      `${short(100 * load.idleBusy)} %`,
      short(load.memoryPerWorker / 1000),
    ]),
    notes: [
      `A trial whose executor does nothing takes ${short(store)} ms: its result is written to the sweep's store, flushed to the disk. The third column is without that.`,
      'The server works on one core: it is full when the rate of trials times its time for one comes to a second each second.',
    ],
  })
  const [before, highest, after] = [memory.before, memory.highest, memory.after].map(mega)
  const page = `# What the queue costs

${HEAD}

    npm run queue-load -w @flatland/bench

${cpu}, ${cores} cores, ${system}.

${table}

![Trials a second against the number of workers](queue-load-throughput.svg)

![Time of a sweep of a single trial against the number of workers](queue-load-latency.svg)

## Memory

A sweep of ${memory.trials.toLocaleString('en')} empty trials: the server held ${before} MB before, ${highest} MB at the most, while all of them waited
(${short((memory.highest - memory.before) / memory.trials / 1000)} kB a trial), and ${after} MB a minute after the last was stored. A trial that is finished and stored leaves nothing.
`
  return new Map([
    ['queue-load.md', page],
    ['queue-load-throughput.svg', await throughput.svg()],
    ['queue-load-latency.svg', await latency.svg()],
  ])
}

const HEAD = `Trials that compute nothing, so that all of the time is the queue's: a real Redis with its append-only file on, simulated workers with
connections of their own, and one sweep that stores each result. Made by the command:`

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
