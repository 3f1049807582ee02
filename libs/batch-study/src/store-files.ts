import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { codeOf, ifMissing, writeError } from './store-error.ts'

/** A file of a store that nothing uses. */
export interface UselessFile {
  readonly name: string
  readonly why: string
}

/** Files of one kind in a folder, each named by 64 hexadecimal digits. Other files in it are left alone. */
export interface StoreFiles<Content> {
  /**
   * @param place 64 hexadecimal digits
   * @returns `undefined` where there is none; `torn` where it is not whole: it is set aside as `<place>.torn`
   */
  readonly read: (place: string) => Promise<Content | 'torn' | undefined>
  /**
   * When this has resolved the file is on the disk, whole; before, and when it is rejected, there is what was there before.
   *
   * @throws StoreError (a rejection) when the disk is full, or cannot be written
   */
  readonly write: (place: string, data: string | Uint8Array) => Promise<void>
  /** Places that have a file, in order, and what torn files and killed processes left. */
  readonly list: () => Promise<{
    readonly places: readonly string[]
    readonly useless: readonly UselessFile[]
  }>
  /** Removes files by their names; those that are not there are none. */
  readonly remove: (names: readonly string[]) => Promise<void>
}

interface Kind<Content> {
  /** What the files are, in the plural, for errors. */
  readonly of: string
  /** With its dot. */
  readonly extension: string
  /** What is in a file of this place; `torn` where it is not whole. */
  readonly parse: (data: Buffer, place: string) => Content | 'torn'
}

/**
 * How a store keeps its files: each is written beside its place, flushed to the disk and renamed, so that no reader ever sees
 * half of one; and what was spoilt otherwise is set aside. Any number of processes may use one folder at a time.
 */
export function storeFiles<Content>(folder: string, kind: Kind<Content>): StoreFiles<Content> {
  return {
    read: place => readOrSetAside(folder, kind, place),
    write: async (place, data) => {
      const half = join(folder, `${place}.${process.pid}-${randomUUID()}${HALF}`)
      try {
        await mkdir(folder, { recursive: true })
        await writeThrough(half, data)
        await rename(half, join(folder, `${place}${kind.extension}`))
      } catch (error) {
        await rm(half, { force: true }).catch(() => undefined)
        throw writeError(folder, kind.of, error)
      }
    },
    list: () => list(folder, kind),
    remove: async names => {
      for (const name of names) await rm(join(folder, name), { force: true })
    },
  }
}

const TORN = '.torn'
const HALF = '.tmp'

async function writeThrough(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function readOrSetAside<Content>(
  folder: string,
  { of, extension, parse }: Kind<Content>,
  place: string,
): Promise<Content | 'torn' | undefined> {
  const [path, aside] = [join(folder, `${place}${extension}`), join(folder, `${place}${TORN}`)]
  const data = await readFile(path).catch(ifMissing(folder, of, undefined))
  if (data === undefined) return undefined
  const found = parse(data, place)
  if (found !== 'torn') return found
  try {
    await rename(path, aside)
    // What was written meanwhile in its place comes back.
    const moved = parse(await readFile(aside), place)
    if (moved !== 'torn') await rename(aside, path)
    return moved
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) === 'ENOENT') return 'torn'
    throw error
  }
}

async function list(
  folder: string,
  { of, extension }: Kind<unknown>,
): Promise<{ places: string[]; useless: UselessFile[] }> {
  const names = await readdir(folder).catch(ifMissing<string[]>(folder, of, []))
  const places: string[] = []
  const useless: UselessFile[] = []
  for (const name of names.toSorted()) {
    const [, place = '', rest] = /^([0-9a-f]{64})(\..+)$/.exec(name) ?? []
    if (rest === extension) places.push(place)
    if (rest === TORN) useless.push({ name, why: 'was not whole' })
    if (rest?.endsWith(HALF) === true && !isAlive(rest))
      useless.push({ name, why: 'a process that ended left it half written' })
  }
  return { places, useless }
}

/** Whether the process that writes a file, whose id is in its name, still runs. */
function isAlive(name: string): boolean {
  try {
    return process.kill(Number(/\.(\d+)-/.exec(name)?.[1] ?? NaN), 0)
  } catch (error) {
    return codeOf(error) === 'EPERM' // another user's process
  }
}
