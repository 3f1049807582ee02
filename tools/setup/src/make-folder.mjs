// @ts-check
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, and makes sure that something can be written into it.
 *
 * @param {string} folder
 * @throws with the code of the true reason: for a read-only file system, Node itself speaks of `ENOENT`
 */
export function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    let above = folder
    while (!existsSync(above)) above = dirname(above)
    accessSync(above, constants.W_OK)
    throw error
  }
  accessSync(folder, constants.W_OK)
}
