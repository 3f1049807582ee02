// @ts-check
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

/**
 * Waits until this process alone holds the lock; it is given back when the process exits.
 * The file holds the holder's process id, so the lock of a process that was killed is taken over.
 *
 * @param {string} file its folder is made when it is missing
 * @returns {Promise<void>}
 */
export async function takeLock(file) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!create(file)) {
    const holder = holderOf(file)
    // Its holder gave it back between the two looks.
    if (holder === undefined) continue
    // An id like ours is that of an earlier process, e.g. in a container that was started again.
    if (!isAlive(holder) || holder === process.pid) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) {
      console.log(
        `• Another start is setting up (process ${holder}); waiting. If there is none, remove ${file}`,
      )
    }
    told = true
    await setTimeout(200)
  }
  process.once('exit', () => {
    rmSync(file, { force: true })
  })
}

/**
 * @param {number} pid
 * @returns {boolean} whether a process with this id runs, whoever owns it
 */
export function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * @param {unknown} error
 * @returns {unknown} e.g. `ENOENT`
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** @param {string} file */
function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
