// @ts-check
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import process from 'node:process'

/**
 * The same folder as `cacheDirectory()` of `@flatland/tensor`, which cannot be imported before the packages are
 * installed: `$FLATLAND_CACHE`, else `flatland` inside `$XDG_CACHE_HOME`, by default `~/.cache`.
 *
 * npm and pip keep their downloads in it too, so that nothing is written to the user's own npm and pip folders.
 *
 * @returns {string} an absolute path; the folder may not exist yet
 */
export function cacheDirectory() {
  const { FLATLAND_CACHE: own, XDG_CACHE_HOME: xdg } = process.env
  if (own !== undefined && own !== '') return resolve(own)
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache')
  return join(base, 'flatland')
}
