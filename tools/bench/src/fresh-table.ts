import type { FreshRun } from './protocol.ts'
import type { FreshResult } from './result.ts'
import { median } from './statistics.ts'
import { short, type Table, TITLES } from './text.ts'

/** These calls are told one by one. */
const FIRST = ['1st call, ms', '2nd', '3rd'] as const

const MIB = 2 ** 20

/** What the first calls of a process take, and how much memory it needs. */
export function freshTable(title: string, results: readonly FreshResult[]): Table {
  const processes = results.flatMap(({ runners }) => Object.values(runners)).at(0) ?? []
  const calls = processes[0]?.times.length ?? 0
  return {
    title,
    header: [
      'in a fresh process',
      'runner',
      ...FIRST,
      'later ones',
      'resident before, MiB',
      `at most in ${calls} calls, MiB`,
    ],
    rows: results.flatMap(result =>
      Object.entries(result.runners).map(([name, runs]) => [
        result.case.title,
        TITLES[name as keyof typeof TITLES],
        ...numbers(runs).map(short),
      ]),
    ),
    notes: [
      `Medians of ${processes.length} processes. A compiled function runs eagerly and is traced in its first two ` +
        'calls (an optimiser with state of its own in three), and is one operation from then on. Memory is the ' +
        'largest resident set, with the library loaded and after the calls.',
    ],
  }
}

function numbers(runs: readonly FreshRun[]): number[] {
  const middle = (value: (run: FreshRun) => number) => median(runs.map(value))
  return [
    ...FIRST.map((_, call) => middle(({ times }) => times[call] ?? NaN)),
    middle(({ times }) => median(times.slice(FIRST.length))),
    middle(({ memoryBefore }) => memoryBefore / MIB),
    middle(({ memoryPeak }) => memoryPeak / MIB),
  ]
}
