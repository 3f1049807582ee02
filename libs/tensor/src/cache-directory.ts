import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * The folder for what takes long to fetch, build or compute, shared by every clone on this machine; it may not exist yet.
 *
 * `$FLATLAND_CACHE` if set; else `flatland` inside `$XDG_CACHE_HOME`, by default `~/.cache`. As the XDG rules want it, an
 * `XDG_CACHE_HOME` that is empty or relative counts as not set.
 *
 * @returns an absolute path.
 * @example join(cacheDirectory(), 'datasets', 'cifar10')
 */
export function cacheDirectory(): string {
  const { FLATLAND_CACHE: own, XDG_CACHE_HOME: xdg } = process.env
  if (own !== undefined && own !== '') return resolve(own)
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache')
  return join(base, 'flatland')
}
