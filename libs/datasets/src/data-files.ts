import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'
import { readChecked } from './checked-file.ts'
import type { Hash } from './checked-file.ts'

/** The files of a data set as they lie in the cache, in `<cache>/datasets/<folder>`. */
export interface DataFiles {
  /** For messages: `CIFAR-10`. */
  readonly name: string
  readonly folder: string
  readonly hashes: Readonly<Record<string, Hash>>
  /** What somebody without a network can put into the folder: the end of a sentence, for messages. */
  readonly byHand: string
}

/**
 * The contents of the files, in the order of `hashes`. If one is missing, `fetchInto` has to bring them all first.
 *
 * @throws Error if they cannot be fetched, saying where to put what by hand; or if a hash is wrong.
 */
export async function readDataFiles(
  files: DataFiles,
  fetchInto: (folder: string) => Promise<void>,
): Promise<Buffer[]> {
  const folder = join(cacheDirectory(), 'datasets', files.folder)
  const hashes = Object.entries(files.hashes)
  if (hashes.some(([file]) => !existsSync(join(folder, file)))) {
    try {
      await mkdir(folder, { recursive: true })
      await fetchInto(folder)
    } catch (error) {
      throw new Error(byHand(files, folder, error), { cause: error })
    }
  }
  const remedy = 'Run again to fetch it afresh.'
  return Promise.all(hashes.map(([file, expected]) => readChecked(join(folder, file), { expected, remedy })))
}

/** Writes a file so that at its path there is never a half of it, whoever else writes there. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomUUID()}.tmp`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function byHand({ name, byHand }: DataFiles, folder: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return (
    `${name} is not in the cache and could not be fetched. ${reason}\n` +
    `Run again with a network (behind a proxy with NODE_USE_ENV_PROXY=1), or put into ${folder} by hand ${byHand}`
  )
}
