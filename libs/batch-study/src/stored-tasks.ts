import {
  mapInWorkers,
  moduleAddress,
  type WorkerResults,
  type WorkersOptions,
  type WorkerSource,
} from '@flatland/hessian'
import { codeHash } from './code-hash.ts'
import { notJson } from './not-json.ts'
import type { KeyedTask, StoredTaskSetting } from './stored-task.ts'
import { taskKey, taskStore } from './task-store.ts'

export interface StoredTasksOptions extends WorkersOptions {
  /** Where results are kept. Default: `tasks` in the cache of this machine. */
  readonly folder?: string
}

export interface StoredTasksResults<Result> extends WorkerResults<Result> {
  /** How many different tasks the store had. */
  readonly fromStore: number
}

/**
 * `mapInWorkers` of @flatland/hessian, with each result kept as soon as it is there, by the process that computed it. So what
 * was stopped or killed goes on where it was when it is called again, and only what is new is computed. Results are kept
 * under the SHA-256 of the task, the function's name, its argument, the backend that was asked for, and the code of the module
 * (`codeHash`): after an edit of it, or of a library that it imports, all are computed again. With the backend `auto` a
 * result of any will do; its record says which it was.
 *
 * Tasks, argument and results are plain JSON data, and −0 is 0 in them; large vectors are better kept in a
 * `parameterStore`, and named. A task that is twice in the list is run once, and listed twice. `onProgress` counts different
 * tasks, those from the store too.
 *
 * Also in `missing`, beside what `mapInWorkers` lists: a task whose result JSON would change (NaN, Infinity, undefined, a function,
 * a typed array, …), or cannot be kept, a full disk for one; and a task during which the code was edited. After each
 * task the code is read again, which takes some ten milliseconds: a task should be worth a second.
 *
 * @typeParam Result what the function of a task returns, which nobody checks
 * @throws RangeError (a rejection) when the module is no `file:` address, the argument or a task is no JSON data, or the number
 *   of workers is not a positive integer
 * @throws StoreError (a rejection) when the store cannot be read
 * @throws Error (a rejection) when the module is not there, no worker can start, or a later call took over
 *
 * @example
 * // in roots.ts: export const rootsOf = (degree: number) => (x: number) => x ** (1 / degree)
 * const source = { module: import.meta.resolve('./roots.ts'), name: 'rootsOf', argument: 3 }
 * const first = await storedTasks<number>(source, [8, 27])
 * const { done, fromStore } = await storedTasks<number>(source, [8, 27, 64])
 * fromStore // 2
 */
export async function storedTasks<Result>(
  source: WorkerSource,
  tasks: readonly unknown[],
  options: StoredTasksOptions = {},
): Promise<StoredTasksResults<Result>> {
  const { folder, onProgress, ...workers } = options
  const store = taskStore(folder)
  const setting = settingOf(source, options, store.folder)
  const keyed = keyedTasks(setting, tasks)
  const different = new Map(keyed.map(each => [each.key, each]))

  const outcomes = new Map<string, Outcome>()
  for (const key of different.keys()) {
    const record = await store.get(key)
    if (record !== undefined) outcomes.set(key, { result: record.result })
  }
  const fromStore = outcomes.size
  if (fromStore > 0) onProgress?.(fromStore, different.size)

  const left = [...different.values()].filter(({ key }) => !outcomes.has(key))
  // Also where nothing is left: it checks the options.
  const { done, missing } = await mapInWorkers<unknown>(
    { module: new URL('./stored-task.ts', import.meta.url), name: 'storedTask', argument: setting },
    left,
    { ...workers, onProgress: ended => onProgress?.(fromStore + ended, different.size) },
  )
  for (const { task, result } of done) outcomes.set(left[task]?.key ?? '', { result })
  for (const { task, reason } of missing) outcomes.set(left[task]?.key ?? '', { reason })
  return Object.freeze({ ...listed<Result>(keyed, outcomes), fromStore })
}

type Outcome = { readonly result: unknown } | { readonly reason: string }

function settingOf(
  source: WorkerSource,
  { backend = 'auto' }: StoredTasksOptions,
  folder: string,
): StoredTaskSetting {
  const { name, argument } = source
  const address = moduleAddress(source)
  const given = argument === undefined ? {} : { argument: asJson('the argument', argument) }
  return { module: address, name, ...given, code: codeHash(address), backend, folder }
}

function keyedTasks(setting: StoredTaskSetting, tasks: readonly unknown[]): KeyedTask[] {
  const { name, argument, code, backend } = setting
  return tasks.map((given, i) => {
    const task = asJson(`task ${i}`, given)
    return { key: taskKey({ task, name, argument, code, backend }), task }
  })
}

/** A copy: what is given may change while others run. */
function asJson(what: string, value: unknown): unknown {
  const wrong = notJson(what, value)
  if (wrong === undefined) return JSON.parse(JSON.stringify(value))
  throw new RangeError(`${wrong}; it must be plain JSON data, by which its result can be found again`)
}

/** In the order of the tasks, as often as each was given. */
function listed<Result>(
  keyed: readonly KeyedTask[],
  outcomes: ReadonlyMap<string, Outcome>,
): WorkerResults<Result> {
  const done: { task: number; result: Result }[] = []
  const missing: { task: number; reason: string }[] = []
  keyed.forEach(({ key }, task) => {
    const outcome = outcomes.get(key) ?? { reason: 'it was not run' }
    if ('result' in outcome) done.push(Object.freeze({ task, result: outcome.result as Result }))
    else missing.push(Object.freeze({ task, reason: outcome.reason }))
  })
  return { done: Object.freeze(done), missing: Object.freeze(missing) }
}
