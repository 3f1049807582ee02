import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'

/** A file that only the user can bring. */
export interface UserFile {
  /** For messages: `CIFAR-100`. */
  readonly name: string
  /** In `<cache>/datasets`. */
  readonly folder: string
  readonly file: string
  /** Why it is not fetched, and what has to be put there: sentences, for messages. */
  readonly instruction: string
}

/**
 * Where the file is.
 *
 * @throws Error if it is not there, saying what to put where; the folder then exists.
 */
export async function locateUserFile({ name, folder, file, instruction }: UserFile): Promise<string> {
  const whole = join(cacheDirectory(), 'datasets', folder)
  const path = join(whole, file)
  if (existsSync(path)) return path
  await mkdir(whole, { recursive: true })
  throw new Error(`${name} is not in the cache: there is no ${path}. ${instruction}`)
}
