import { existsSync } from 'node:fs'
import type { ParameterStore, RecordStore, TaskRecord, TrialRecord, TrialStore } from '@flatland/batch-study'
import { Option } from 'commander'
import { UsageError } from './usage-error.ts'

export interface Where {
  readonly store?: string
  readonly tasks?: string
}

export const storeOption = () =>
  new Option('--store <folder>', "where the trials are kept (default: 'trials' in the cache of this machine)")

export const tasksOption = () =>
  new Option(
    '--tasks <folder>',
    "where the tasks are kept (default: 'tasks' in the cache of this machine; with --store none)",
  )

/** What was computed on this machine, and is kept. */
export interface Stores {
  readonly trials: TrialStore
  /** Of networks that trials kept. */
  readonly parameters: ParameterStore
  /** Who names another store of trials does not mean the tasks of this machine. */
  readonly tasks: RecordStore<TaskRecord> | undefined
}

export async function openStores({ store, tasks }: Where): Promise<Stores> {
  for (const folder of [store, tasks]) {
    if (folder !== undefined && !existsSync(folder))
      throw new UsageError(`${folder}: there is no such folder`)
  }
  // TensorFlow takes a second to load: only here.
  const { parameterStore, taskStore, trialStore } = await import('@flatland/batch-study')
  const trials = trialStore(store)
  return {
    trials,
    parameters: parameterStore(`${trials.folder}/parameters`),
    tasks: store !== undefined && tasks === undefined ? undefined : taskStore(tasks),
  }
}

export interface Contents {
  readonly trials: readonly TrialRecord[]
  readonly tasks: readonly TaskRecord[]
  /** By their SHA-256. */
  readonly parameters: ReadonlyMap<string, { readonly bytes: number; readonly put: Date }>
  /** Names of files that are no use. */
  readonly useless: { readonly trials: readonly string[]; readonly tasks: readonly string[]; readonly parameters: readonly string[] } // prettier-ignore
}

export async function contentsOf({ trials, parameters, tasks }: Stores): Promise<Contents> {
  const [ofTrials, ofTasks] = [await trials.list(), (await tasks?.list()) ?? { records: [], useless: [] }]
  const kept = new Map<string, { readonly bytes: number; readonly put: Date }>()
  for (const sha256 of await parameters.list()) {
    const about = await parameters.about(sha256)
    if (about !== undefined) kept.set(sha256, about)
  }
  return {
    trials: ofTrials.records,
    tasks: ofTasks.records,
    parameters: kept,
    useless: {
      trials: ofTrials.useless.map(({ name }) => name),
      tasks: ofTasks.useless.map(({ name }) => name),
      parameters: (await parameters.useless()).map(({ name }) => name),
    },
  }
}

/** Parameters that a trial kept, or starts from. */
export function parametersOf({ result, trial }: TrialRecord): string[] {
  const { start } = trial
  return [...result.kept.map(({ sha256 }) => sha256), ...(start ? [start.parameters] : [])]
}

/** Parameters are kept before the record that names them: those that were just put are not yet nobody's. */
const JUST = 60 * 60 * 1000

/** What no call takes any more: results of other code, and parameters that no trial which stays has kept or starts from. */
export async function staleOf(
  contents: Contents,
): Promise<Pick<Contents, 'trials' | 'tasks' | 'parameters'>> {
  const { codeHash } = await import('@flatland/batch-study')
  const code = codeHash()
  const codeOf = hashes(codeHash)
  const trials = contents.trials.filter(record => record.code !== code)
  const named = new Set(contents.trials.filter(record => record.code === code).flatMap(parametersOf))
  const before = Date.now() - JUST
  return {
    trials,
    tasks: contents.tasks.filter(record => record.code !== codeOf(record.module)),
    parameters: new Map(
      [...contents.parameters].filter(([sha256, { put }]) => !named.has(sha256) && put.getTime() < before),
    ),
  }
}

/** Once for each module; `undefined` where it, or what it imports, is gone. */
function hashes(codeHash: (module: string) => string): (module: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return module => {
    if (!known.has(module)) known.set(module, hashIfThere(codeHash, module))
    return known.get(module)
  }
}

function hashIfThere(codeHash: (module: string) => string, module: string): string | undefined {
  try {
    return codeHash(module)
  } catch {
    return undefined
  }
}
