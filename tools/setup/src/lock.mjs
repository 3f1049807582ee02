// @ts-check
import { appendFileSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { makeFolder } from './make-folder.mjs'

/**
 * The file of the lock that this process, or the one that started it, holds.
 *
 * @type {string | undefined}
 */
let held

/**
 * Waits until this process alone holds the lock; it is given back when the process exits.
 *
 * The file names its holder, and the programs that the holder started, a line each: when the holder is killed they
 * may go on for a while, and two `npm ci` must not work in one folder. Once none of them runs, the lock is taken over.
 *
 * @param {string} file its folder is made when it is missing
 * @returns {Promise<void>}
 */
export async function takeLock(file) {
  makeFolder(dirname(file))
  let told = false
  while (!create(file)) {
    const text = read(file)
    // Its holder gave it back between the two looks.
    if (text === undefined) continue
    const running = runningOf(text)
    if (running.length === 0 && !isBeingWritten(file, text)) {
      remove(file, text)
      continue
    }
    if (running.length > 0 && !told) {
      console.log(`• Another start is setting up (process ${running.join(', ')}); waiting for its end.`)
      told = true
    }
    await setTimeout(200)
  }
  held = file
  process.once('exit', () => {
    // What we started and could not end keeps the lock: the next start waits for it.
    const others = runningOf(read(file) ?? '').filter(pid => pid !== process.pid)
    if (others.length === 0) rmSync(file, { force: true })
  })
}

/**
 * For a process that the holder of the lock started: what it starts is noted in the lock too.
 *
 * @param {string | undefined} file
 */
export function shareLock(file) {
  held = file
}

/**
 * Notes a program that works under the lock, if this process has one.
 *
 * @param {number | undefined} pid
 */
export function noteInLock(pid) {
  const line = pid === undefined ? undefined : identity(pid)
  if (held === undefined || line === undefined) return
  try {
    appendFileSync(held, `\n${line}`)
  } catch {
    // A full disk: the work itself will say so.
  }
}

/**
 * @param {number} pid
 * @returns {boolean} whether a process with this id runs, whoever owns it
 */
export function isAlive(pid) {
  return identity(pid) !== undefined
}

/**
 * @param {unknown} error
 * @returns {string | undefined} e.g. `ENOENT`
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** @param {string} file */
function create(file) {
  try {
    writeFileSync(file, identity(process.pid) ?? '', { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // A full disk takes the name but not the content.
    if (codeOf(error) === 'ENOSPC') rmSync(file, { force: true })
    throw error
  }
}

/**
 * Takes away the lock of processes that ended. Two starts may find it at once, and the slower one may meet the new
 * lock of the faster: that is put back.
 *
 * @param {string} file
 * @param {string} text what was in it
 */
function remove(file, text) {
  const taken = `${file}.${process.pid}`
  try {
    renameSync(file, taken)
    if (read(taken) !== text) linkSync(taken, file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
  }
  rmSync(taken, { force: true })
}

/**
 * A holder that was killed, or a disk that was full, just then leaves an empty file, which nobody fills any more.
 *
 * @param {string} file
 * @param {string} text
 */
function isBeingWritten(file, text) {
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return text === '' && Math.abs(age) < 2000
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * @param {string} text of a lock
 * @returns {number[]} those of its processes that run
 */
function runningOf(text) {
  return text
    .split('\n')
    .filter(line => line !== '' && identity(Number(line.split(' ')[0])) === line)
    .map(line => Number(line.split(' ')[0]))
}

/**
 * A process by its id and, where Linux tells it, the time of its start: after a restart of the machine another
 * process may have the id.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when it does not run, or only waits to be buried
 */
function identity(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return undefined
  }
  const text = process.platform === 'linux' ? read(`/proc/${pid}/stat`) : ''
  // The second field is the program's name in brackets, and may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? ['Z']
  return fields[0] === 'Z' ? undefined : `${pid} ${fields[19] ?? ''}`.trim()
}
