import { callExported } from '@flatland/hessian'
import { type BackendName, useBackend } from '@flatland/tensor'
import { codeHash } from './code-hash.ts'
import { notJson } from './not-json.ts'
import { StoreError } from './store-error.ts'
import { taskStore } from './task-store.ts'

/** What each process of `storedTasks` is told. */
export interface StoredTaskSetting {
  readonly module: string
  readonly name: string
  readonly argument?: unknown
  /** What the module is to be: `codeHash`. */
  readonly code: string
  readonly backend: 'auto' | BackendName
  readonly folder: string
}

export interface KeyedTask {
  readonly key: string
  readonly task: unknown
}

type TaskFunction = (task: unknown) => unknown

const EDITED =
  'the code was edited while the tasks ran, so that this result is not kept: run again to go on with the new code'

/** Runs in a worker: keeps the result of each task before it tells it. */
export async function storedTask(
  setting: StoredTaskSetting,
): Promise<(given: KeyedTask) => Promise<unknown>> {
  const { code, folder, name, module } = setting
  const { name: backendName, tensorflow, threads } = await useBackend(setting.backend, { threads: 1 })
  const store = taskStore(folder)
  // What was read before it is loaded, and is the same after a task, is what ran.
  let obstacle = isEdited(setting) ? EDITED : undefined
  const run = obstacle === undefined ? await open(setting) : undefined
  return async ({ key, task }) => {
    // One task is lost to a full disk, not one after another.
    if (obstacle !== undefined) throw new Error(obstacle)
    const result = plain(await run?.(task))
    if (isEdited(setting)) throw new Error((obstacle = EDITED))
    const { argument } = setting
    try {
      await store.put({
        key,
        code,
        module,
        name,
        ...(argument === undefined ? {} : { argument }),
        task,
        result,
        backend: { name: backendName, tensorflow, threads },
        finished: new Date().toISOString(),
      })
    } catch (error) {
      if (error instanceof StoreError) obstacle = error.message
      throw error
    }
    return result
  }
}

async function open(setting: StoredTaskSetting): Promise<TaskFunction> {
  const made = await callExported(setting)
  if (typeof made !== 'function')
    throw new TypeError(`${setting.name} of ${setting.module} did not return a function of a task`)
  return made as TaskFunction
}

/** Also where it is gone. */
function isEdited({ module, code }: StoredTaskSetting): boolean {
  try {
    return codeHash(module) !== code
  } catch {
    return true
  }
}

/** As it comes out of the store. */
function plain(result: unknown): unknown {
  const wrong = notJson('the result', result)
  if (wrong !== undefined)
    throw new TypeError(`${wrong}, which JSON would change: it cannot be kept. Return plain data, null for what is not there`) // prettier-ignore
  return JSON.parse(JSON.stringify(result))
}
