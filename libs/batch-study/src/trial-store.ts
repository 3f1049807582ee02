import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { cacheDirectory } from '@flatland/tensor'
import { readRecord, type TrialRecord, writeRecord } from './trial-record.ts'

/** Finished trials, each in a file of its own. Any number of processes may use one at a time. */
export interface TrialStore {
  readonly folder: string
  /**
   * @returns the record, `undefined` where there is none. A file that is not whole is set aside as `<key>.torn`, and counts as
   *   none.
   */
  readonly get: (key: string) => Promise<TrialRecord | undefined>
  /**
   * Keeps a record: when this has resolved it is on the disk, whole; before, and when it is rejected, there is what was there
   * before. A record of the same key is replaced.
   *
   * @throws StoreError (a rejection) when the disk is full, or cannot be written
   */
  readonly put: (record: TrialRecord) => Promise<void>
  readonly list: () => Promise<StoreContents>
  /** Removes files of the store by their names; those that are not there are none. */
  readonly remove: (names: readonly string[]) => Promise<void>
}

export interface StoreContents {
  /** Oldest first. */
  readonly records: readonly TrialRecord[]
  /** Files that are no use: torn records, those of other versions, and what killed processes left half written. */
  readonly useless: readonly { readonly name: string; readonly why: string }[]
}

/** What keeps a store from reading or writing. Records that are there stay. */
export class StoreError extends Error {
  override name = 'StoreError'
  /** `full`: no space or quota left; `unwritable`, `unreadable`: anything else, which the message says. */
  readonly kind: 'full' | 'unwritable' | 'unreadable'

  constructor(kind: StoreError['kind'], message: string, cause: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

/**
 * The store in a folder, which need not exist yet. Each file is written beside its place, flushed to the disk and renamed,
 * and carries a checksum; so no reader ever takes half a record for one.
 *
 * @param folder default: `trials` in the cache of this machine, see `cacheDirectory`
 *
 * @example
 * const store = trialStore()
 * const { records } = await store.list()
 */
export function trialStore(folder = join(cacheDirectory(), 'trials')): TrialStore {
  const at = resolve(folder)
  return Object.freeze({
    folder: at,
    get: async (key: string) => {
      const found = await readOrSetAside(at, `${key}${RECORD}`)
      // A file under another name than its own is nobody's.
      return typeof found === 'object' && found.key === key ? found : undefined
    },
    put: (record: TrialRecord) => put(at, record),
    list: () => list(at),
    remove: async (names: readonly string[]) => {
      for (const name of names) await rm(join(at, name), { force: true })
    },
  })
}

const RECORD = '.json'
const TORN = '.torn'
const HALF = '.tmp'

async function put(folder: string, record: TrialRecord): Promise<void> {
  const text = writeRecord(record)
  const path = join(folder, `${record.key}${RECORD}`)
  const half = join(folder, `${record.key}.${process.pid}-${randomUUID()}${HALF}`)
  try {
    await mkdir(folder, { recursive: true })
    await writeThrough(half, text)
    await rename(half, path)
  } catch (error) {
    await rm(half, { force: true }).catch(() => undefined)
    throw writeError(folder, error)
  }
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

function writeError(folder: string, error: unknown): StoreError {
  const code = codeOf(error)
  const remedy = 'The trials that it holds are whole. Then run again: only the others are computed.'
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new StoreError(
        'full',
        `No space is left for trials in ${folder} (${code}). Make some. ${remedy}`,
        error,
      )
    : new StoreError(
        'unwritable',
        `A trial cannot be written to ${folder}: ${String(error)}. Mend that, or name another folder. ${remedy}`,
        error,
      )
}

async function readOrSetAside(
  folder: string,
  name: string,
): Promise<ReturnType<typeof readRecord> | undefined> {
  const path = join(folder, name)
  const text = await readFile(path, 'utf8').catch(ifMissing(folder, undefined))
  if (text === undefined) return undefined
  const found = readRecord(text)
  return found === 'torn' ? setAside(path) : found
}

/** What was written meanwhile in its place comes back. */
async function setAside(path: string): Promise<ReturnType<typeof readRecord>> {
  const aside = path.replace(/\.json$/, TORN)
  try {
    await rename(path, aside)
    const found = readRecord(await readFile(aside, 'utf8'))
    if (found !== 'torn') await rename(aside, path)
    return found
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) === 'ENOENT') return 'torn'
    throw error
  }
}

async function list(folder: string): Promise<StoreContents> {
  const names = await readdir(folder).catch(ifMissing<string[]>(folder, []))
  const records: TrialRecord[] = []
  const useless: { name: string; why: string }[] = []
  for (const name of names.toSorted()) {
    if (name.endsWith(TORN)) useless.push({ name, why: 'was not whole' })
    if (name.endsWith(HALF) && !isAlive(name))
      useless.push({ name, why: 'a process that ended left it half written' })
    if (!name.endsWith(RECORD)) continue
    const found = await readOrSetAside(folder, name)
    if (found === 'torn') useless.push({ name: name.replace(/\.json$/, TORN), why: 'is not whole' })
    if (found === 'other') useless.push({ name, why: 'is of another version of this library' })
    if (typeof found === 'object') records.push(found)
  }
  return { records: records.toSorted((a, b) => (a.finished < b.finished ? -1 : 1)), useless }
}

/** Whether the process that writes a file, whose id is in its name, still runs. */
function isAlive(name: string): boolean {
  try {
    return process.kill(Number(/\.(\d+)-/.exec(name)?.[1] ?? NaN), 0)
  } catch (error) {
    return codeOf(error) === 'EPERM' // another user's process
  }
}

function ifMissing<T>(folder: string, otherwise: T): (error: unknown) => T {
  return error => {
    if (codeOf(error) === 'ENOENT') return otherwise
    throw new StoreError('unreadable', `The trials in ${folder} cannot be read: ${String(error)}`, error)
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
