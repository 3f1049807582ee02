import { randomUUID } from 'node:crypto'
import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Makes what is already there of `file` the caller's own: the whole file, if somebody put it there by hand, or the part that
 * an earlier download left. A rename hands it to one process only, so that two never write to the same file.
 *
 * @returns a path that no other process writes to; the file may not exist yet.
 */
export async function claimPart(file: string): Promise<string> {
  const mine = `${file}.${process.pid}-${randomUUID()}.part`
  for (const left of await unowned(file)) {
    if (await tryRename(left, mine)) break
  }
  return mine
}

/** Leaves a claimed part, if there is one, for the next caller. */
export async function releasePart(mine: string, file: string): Promise<void> {
  await tryRename(mine, `${file}.part`)
}

/** The whole file first, then parts: released ones, and those of processes that have ended. */
async function unowned(file: string): Promise<string[]> {
  const name = basename(file)
  const entries = await readdir(dirname(file))
  const parts = entries.filter(entry => {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith('.part')) return false
    const owner = /^\.(\d+)-/.exec(entry.slice(name.length))?.[1]
    return owner === undefined || !isAlive(Number(owner))
  })
  return [...entries.filter(entry => entry === name), ...parts].map(entry => join(dirname(file), entry))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM' // another user's process
  }
}

/** False if the file is not there, as when another process was faster. */
async function tryRename(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
