import { join } from 'node:path'
import type { Case, Work } from './cases.ts'
import { type BenchResult, summarise } from './result.ts'
import type { Rounds } from './statistics.ts'
import { type Runner, type RunnerName, startRunner } from './runner.ts'

/** A case that takes a millisecond. */
export function tinyCase(work: Work): Case {
  const network = { kind: 'mlp', inputs: 3, hidden: [4], classes: 2 } as const
  return { name: `tiny-${work}`, title: `tiny ${work}`, network, batch: 5, work }
}

/** One of ours, as `bench` starts it. */
export function startTfjs(name: 'native' | 'wasm'): Promise<Runner> {
  return startRunner(name, process.execPath, [join(import.meta.dirname, 'tfjs-runner.ts'), name, '1'])
}

/** A runner whose process runs these lines after it said that it is ready; `line` is each request. */
export function startScript(name: RunnerName, onRequest: string): Promise<Runner> {
  const script = `
    const write = value => console.log(JSON.stringify(value))
    write({ ready: { version: 'scripted', threads: 1 } })
    require('node:readline').createInterface({ input: process.stdin }).on('line', line => { ${onRequest} })`
  return startRunner(name, process.execPath, ['-e', script])
}

/** Rounds of these times on an idle machine. */
export function rounds(...times: readonly (readonly number[] | undefined)[]): Rounds {
  return times.map(each => each && { times: each, othersShare: 0 })
}

/** Two cases, as if they had been measured. */
export const exampleResult: BenchResult = {
  date: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'A processor', cores: 2, memoryGiB: 24, system: 'Linux 6.1 x64' },
  othersShare: 0.02,
  versions: { node: 'v24.0.0', tfjs: '4.22.0' },
  threads: 2,
  seed: 0,
  rounds: 2,
  baseline: 'pytorch',
  runners: [
    { name: 'pytorch', version: 'PyTorch 2', threads: 2 },
    { name: 'native', version: 'TensorFlow 2', threads: 2 },
    { name: 'wasm', version: 'wasm 4', threads: 1 },
  ],
  missing: [{ name: 'wasm', reason: "stopped at 'tiny step': its process ended with code 7" }],
  cases: [
    summarise(
      {
        case: { ...tinyCase('step'), nativeLimit: 1.9 },
        runners: {
          pytorch: rounds([10, 12, 14], [10]),
          native: rounds([24], [20, 20]),
          wasm: rounds([2500], undefined),
        },
      },
      'pytorch',
    ),
    summarise(
      {
        case: tinyCase('product'),
        runners: { pytorch: rounds([2], [2]), native: rounds([3], [4]), wasm: rounds([8], [9]) },
      },
      'pytorch',
    ),
  ],
}
