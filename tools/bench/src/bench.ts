import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { checkAgreement } from './agreement.ts'
import { chooseCases } from './cases.ts'
import { measure } from './measure.ts'
import { type BenchResult, meanOthersShare, summarise } from './result.ts'
import { type Runner, RunnerFailure, type RunnerName, startRunner } from './runner.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const INSTALL_PYTORCH = '.venv/bin/pip install --require-hashes -r tools/setup/requirements-bench.txt'
const NAMES: readonly RunnerName[] = ['pytorch', 'native', 'wasm']
const MILLISECONDS_A_ROUND = 500
const SEED = 0

export interface BenchOptions {
  /** How often every case is measured on every runner. Default: 7. */
  readonly rounds?: number
  /** Names of cases, see `CASES`. Default: all. */
  readonly only?: readonly string[]
  /** Threads inside one operation, for PyTorch and native. Default: all cores. */
  readonly threads?: number
  /** The Python that has PyTorch. Default: that of `.venv`. */
  readonly python?: string
  /** Is told what happens, line by line; a run takes minutes. Default: nobody. */
  readonly progress?: (line: string) => void
}

/**
 * Times training steps, gradients and Hessian-vector products on PyTorch, native TensorFlow and wasm, interleaved.
 * Every runner is a process of its own, and one computes at a time. What cannot run is left out, and the result says why.
 *
 * @throws RangeError on an unknown case, and on rounds or threads that are no positive integers
 * @throws Error when nothing can run, or when the runners do not compute the same
 *
 * @example
 * const result = await bench({ only: ['mlp-16'], progress: console.error })
 * benchTable(result)
 */
export async function bench(options: BenchOptions = {}): Promise<BenchResult> {
  const { rounds = 7, threads = availableParallelism(), progress = () => undefined } = options
  const python = options.python ?? join(ROOT, '.venv', 'bin', 'python')
  const cases = chooseCases(options.only ?? [])
  checkCount('rounds', rounds)
  checkCount('threads', threads)

  const date = new Date().toISOString()
  const { runners, missing } = await startAll(python, threads, progress)
  try {
    const [first] = runners
    if (first === undefined)
      throw new Error(`nothing can run: ${missing.map(({ reason }) => reason).join('; ')}`)
    await checkAgreement(runners, SEED)
    progress('the runners agree on the loss, gradient and Hessian-vector product of two small networks')
    const plan = { rounds, milliseconds: MILLISECONDS_A_ROUND, seed: SEED, progress }
    const { cases: measured, failures } = await measure(runners, cases, plan)
    const summaries = measured.map(each => summarise(each, first.name))
    return {
      date,
      machine: machine(),
      othersShare: meanOthersShare(summaries),
      versions: { node: process.version, tfjs: tf.version_core },
      threads,
      seed: SEED,
      rounds,
      baseline: first.name,
      runners: runners.map(({ name, version, threads }) => ({ name, version, threads })),
      missing: [...missing, ...runners.flatMap(({ name }) => withReason(name, failures[name]))],
      cases: summaries,
    }
  } finally {
    for (const runner of runners) runner.stop()
  }
}

/** Starts what can be started. */
async function startAll(python: string, threads: number, progress: (line: string) => void) {
  const runners: Runner[] = []
  const missing: { name: RunnerName; reason: string }[] = []
  for (const name of NAMES) {
    try {
      const runner = await (name === 'pytorch'
        ? startRunner(name, python, [
            join(import.meta.dirname, '..', 'python', 'torch_runner.py'),
            String(threads),
          ])
        : startRunner(name, process.execPath, [
            join(import.meta.dirname, 'tfjs-runner.ts'),
            name,
            String(threads),
          ]))
      runners.push(runner)
      progress(`${name}: ${runner.version}, threads: ${runner.threads}`)
    } catch (error) {
      if (!(error instanceof RunnerFailure)) throw error
      const advice = name === 'pytorch' ? `; to install it, about 5 GB: ${INSTALL_PYTORCH}` : ''
      const reason = `${error.message}${advice}`
      missing.push({ name, reason })
      progress(`${name} is left out: ${reason}`)
    }
  }
  return { runners, missing }
}

function withReason(name: RunnerName, reason: string | undefined) {
  return reason === undefined ? [] : [{ name, reason }]
}

function machine(): BenchResult['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
  }
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} is ${value}; it must be a positive integer`)
}
