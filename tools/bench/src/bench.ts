import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs'
import { checkAgreement } from './agreement.ts'
import { measureFresh } from './fresh.ts'
import { machine } from './machine.ts'
import { measure, type Measured } from './measure.ts'
import { chooseParts, type Part, planned } from './parts.ts'
import { measurePeaks } from './peaks.ts'
import { type BenchResult, meanOthersShare, type PartResult, summarise } from './result.ts'
import type { RunnerName } from './runner.ts'
import { PYTHON, type Start, startAll } from './start.ts'

const MILLISECONDS_A_ROUND = 500
const SEED = 0

export interface BenchOptions {
  /** What is measured, see `PARTS`; `all` is everything. Default: `steps`, the table. */
  readonly parts?: readonly string[]
  /** How often every case is measured on every runner. Default: 7. */
  readonly rounds?: number
  /** Names of cases of these parts. Default: all. */
  readonly only?: readonly string[]
  /** Threads inside one operation, for PyTorch and native. Default: all cores. */
  readonly threads?: number
  /** The Python that has PyTorch. Default: that of `.venv`. */
  readonly python?: string
  /** Is told what happens, line by line; a run takes minutes. Default: nobody. */
  readonly progress?: (line: string) => void
}

/**
 * Times training steps, gradients and Hessian-vector products on PyTorch, native TensorFlow, eager and compiled, and
 * wasm, interleaved. Every runner is a process of its own, and one computes at a time. What cannot run is left out,
 * and the result says why.
 *
 * @throws RangeError on an unknown part or case, and on rounds or threads that are no positive integers
 * @throws Error when nothing can run, or when the runners do not compute the same
 *
 * @example
 * const result = await bench({ only: ['mlp-16'], progress: console.error })
 * benchTable(result)
 */
export async function bench(options: BenchOptions = {}): Promise<BenchResult> {
  const { rounds = 7, threads = availableParallelism(), progress = () => undefined } = options
  const parts = chooseParts(options.parts ?? [], options.only ?? [])
  checkCount('rounds', rounds)
  checkCount('threads', threads)
  const how = { threads, python: options.python ?? PYTHON }

  const date = new Date().toISOString()
  const names = new Set(parts.flatMap(({ runners }) => runners))
  const { runners, missing } = await startAll([...names], how, progress)
  try {
    const [first] = runners
    if (first === undefined)
      throw new Error(`nothing can run: ${missing.map(({ reason }) => reason).join('; ')}`)
    await checkAgreement(runners, SEED)
    progress('the runners agree on losses, gradients, products and updates of three small networks')
    const timed = parts.filter(({ name }) => name !== 'fresh')
    const plan = { rounds, milliseconds: MILLISECONDS_A_ROUND, seed: SEED, progress }
    const { cases, failures } = await measure(runners, planned(timed), plan)
    const started = runners.map(({ name }) => name)
    const results = timed.map(part => resultOf(part, cases, started, first.name))
    const { peaks, fresh } = await inOtherProcesses(parts, started, how, progress)
    return {
      date,
      machine: machine(),
      othersShare: meanOthersShare(results.flatMap(part => part.cases)),
      versions: { node: process.version, tfjs: tf.version_core },
      threads,
      seed: SEED,
      rounds,
      baseline: first.name,
      runners: runners.map(({ name, version, threads }) => ({ name, version, threads })),
      missing: [
        ...missing,
        ...runners.flatMap(({ name }) => withReason(name, failures[name])),
        ...(fresh?.missing ?? []),
      ],
      parts: results,
      ...(peaks && { peaks }),
      ...(fresh && { fresh: fresh.fresh }),
    }
  } finally {
    for (const runner of runners) runner.stop()
  }
}

function resultOf(
  { name, title, runners, cases, notes }: Part,
  measured: readonly Measured[],
  started: readonly RunnerName[],
  baseline: RunnerName,
): PartResult {
  const columns = runners.filter(runner => started.includes(runner))
  const own = cases.flatMap(({ name }) => measured.filter(each => each.case.name === name))
  const summaries = own.map(each => summarise(each, columns, baseline))
  return { name, title, runners: columns, cases: summaries, notes }
}

/** The runners that were timed wait meanwhile. */
async function inOtherProcesses(
  parts: readonly Part[],
  started: readonly RunnerName[],
  how: Start,
  progress: (line: string) => void,
) {
  const freshPart = parts.find(({ name }) => name === 'fresh')
  const hasCurve = parts.some(({ name }) => name === 'curve')
  if (hasCurve) progress("measuring the machine's arithmetic and bandwidth")
  const peaks = hasCurve ? await measurePeaks(started, how) : undefined
  if (freshPart !== undefined) progress('measuring first calls and memory, each in a process of its own')
  const fresh = freshPart && (await measureFresh(freshPart, started, SEED, how))
  return { peaks, fresh }
}

function withReason(name: RunnerName, reason: string | undefined) {
  return reason === undefined ? [] : [{ name, reason }]
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} is ${value}; it must be a positive integer`)
}
