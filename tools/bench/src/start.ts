import { join } from 'node:path'
import { type Runner, RunnerFailure, type RunnerName, startRunner, variantOf } from './runner.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const INSTALL_PYTORCH = '.venv/bin/pip install --require-hashes -r tools/setup/requirements-bench.txt'

/** The Python of the virtual environment. */
export const PYTHON = join(ROOT, '.venv', 'bin', 'python')

/** What every runner is started with. */
export interface Start {
  /** Inside one operation. */
  readonly threads: number
  /** The Python that has PyTorch. */
  readonly python: string
}

/**
 * A process of its own. PyTorch's variants are PyTorch's process.
 *
 * @throws RunnerFailure when it cannot run here
 */
export async function start(name: RunnerName, { threads, python }: Start): Promise<Runner> {
  if (name === 'pytorch-foreach' || name === 'pytorch-fused') {
    return variantOf(await start('pytorch', { threads, python }), name)
  }
  const [command, file, ...kind] =
    name === 'pytorch'
      ? [python, join(import.meta.dirname, '..', 'python', 'torch_runner.py')]
      : [process.execPath, join(import.meta.dirname, 'tfjs-runner.ts'), name]
  return startRunner(name, command, [file, ...kind, String(threads)])
}

/** Starts what can be started, in this order. What cannot is left out, with the reason; PyTorch with its variants. */
export async function startAll(
  names: readonly RunnerName[],
  how: Start,
  progress: (line: string) => void,
): Promise<{ runners: Runner[]; missing: { name: RunnerName; reason: string }[] }> {
  const runners: Runner[] = []
  const missing: { name: RunnerName; reason: string }[] = []
  for (const name of names) {
    if (name === 'pytorch-foreach' || name === 'pytorch-fused') {
      const pytorch = runners.find(each => each.name === 'pytorch')
      if (pytorch !== undefined) runners.push(variantOf(pytorch, name))
      continue
    }
    try {
      const runner = await start(name, how)
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
