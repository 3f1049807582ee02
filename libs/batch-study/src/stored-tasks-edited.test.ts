import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storedTasks, type StoredTasksOptions } from './stored-tasks.ts'

describe('after an edit', () => {
  let folder: string
  let options: StoredTasksOptions
  const own = (name: string): string => join(folder, name)
  const edited = () => ({ module: pathToFileURL(own('mine.mjs')), name: 'mine', argument: own('deep.mjs') })
  const files = (): string[] => readdirSync(own('store'))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edited tasks '))
    options = { backend: 'cpu', workers: 2, folder: own('store') }
    writeFileSync(own('deep.mjs'), 'export const factor = 2')
    writeFileSync(
      own('mine.mjs'),
      `import { appendFileSync } from 'node:fs'
import { factor } from './deep.mjs'
export const mine = deep => task => {
  if (task < 0) appendFileSync(deep, '// edited')
  return factor * task
}`,
    )
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('of what the module imports, all is computed anew; the old records stay, and hold again', async () => {
    expect((await storedTasks(edited(), [1, 2], options)).done[1]?.result).toBe(4)
    writeFileSync(own('deep.mjs'), 'export const factor = 3')
    const again = await storedTasks(edited(), [1, 2], options)
    expect([again.fromStore, again.done[1]?.result]).toEqual([0, 6])
    expect(files()).toHaveLength(4)
    writeFileSync(own('deep.mjs'), 'export const factor = 2')
    expect((await storedTasks(edited(), [1, 2], options)).fromStore).toBe(2)
  })

  test('while a task ran, it is missing with that reason, and not kept; nor are those after it', async () => {
    const { done, missing } = await storedTasks(edited(), [1, -1, 2], { ...options, workers: 1 })
    expect(done).toEqual([{ task: 0, result: 2 }])
    expect(missing.map(({ task }) => task)).toEqual([1, 2])
    for (const { reason } of missing) expect(reason).toContain('the code was edited while the tasks ran')
    expect(files()).toHaveLength(1)
  })

  test('before a process has loaded it, nothing is run', async () => {
    const killing = `export const mine = () => task => process.kill(process.pid, 'SIGKILL')`
    writeFileSync(own('mine.mjs'), killing)
    const onProgress = (): void => {
      // The process that takes the place of the killed one finds this.
      writeFileSync(own('mine.mjs'), `${killing} // edited`)
    }
    const { missing } = await storedTasks(edited(), [1, 2], { ...options, workers: 1, onProgress })
    expect(missing[0]?.reason).toBe('the worker ended with SIGKILL.')
    expect(missing[1]?.reason).toContain('the code was edited while the tasks ran')
  })
})
