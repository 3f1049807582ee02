import type { Case, Work } from './cases.ts'
import { optimizerOf } from './optimizers.ts'
import { type BenchResult, type PartResult, summarise } from './result.ts'
import type { Rounds } from './statistics.ts'
import { type Runner, type RunnerName, startRunner, type TfjsName } from './runner.ts'
import { PYTHON, start } from './start.ts'

/** A case that takes a millisecond. */
export function tinyCase(work: Work, learningRate = 1e-3): Case {
  const network = { kind: 'mlp', inputs: 3, hidden: [4], classes: 2 } as const
  const optimizer = optimizerOf('sgd', learningRate)
  return { name: `tiny-${work}`, title: `tiny ${work}`, network, batch: 5, work, optimizer }
}

/** One of ours, as `bench` starts it. */
export function startTfjs(name: TfjsName): Promise<Runner> {
  return start(name, { threads: 1, python: PYTHON })
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

/** A case and the rounds of its runners, the first of which is the baseline. */
export function measuredCase(each: Case, runners: Partial<Record<RunnerName, Rounds>>) {
  const names = Object.keys(runners) as RunnerName[]
  return summarise({ case: each, runners }, names, names[0] ?? 'pytorch')
}

/** Two cases, as if they had been measured. */
export const exampleSteps: PartResult = {
  name: 'steps',
  title: 'Steps',
  notes: ['A note.'],
  runners: ['pytorch', 'native', 'wasm'],
  cases: [
    measuredCase(
      { ...tinyCase('step'), limits: [{ runner: 'native', of: 'pytorch', ratio: 1.9 }] },
      {
        pytorch: rounds([10, 12, 14], [10]),
        native: rounds([24], [20, 20]),
        wasm: rounds([2500], undefined),
      },
    ),
    measuredCase(tinyCase('product'), {
      pytorch: rounds([2], [2]),
      native: rounds([3], [4]),
      wasm: rounds([8], [9]),
    }),
  ],
}

/** A run that measured them. */
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
  parts: [exampleSteps],
}

/** Two batch sizes of the curve, and what the machine could do. */
export const exampleCurve: Pick<BenchResult, 'parts' | 'peaks'> = {
  parts: [
    {
      name: 'curve',
      title: 'A step by batch size',
      notes: [],
      runners: ['pytorch', 'native'],
      cases: [1, 16].map(batch =>
        measuredCase(
          { ...tinyCase('step'), name: `mlp-${batch}`, batch },
          { pytorch: rounds([batch]), native: rounds([batch / 2]) },
        ),
      ),
    },
  ],
  peaks: [{ threads: 1, flops: 1e6, memory: 1e6, cache: 2e6 }],
}
