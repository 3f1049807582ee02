import { createRequire } from 'node:module'
import { isInstalled, modifiedTime } from './watched-files.ts'

export interface Reloader {
  /** Notes the state of all sources loaded so far. To be called when a cell has run. */
  remember(): void
  /**
   * Makes edited sources run: drops each module whose file has changed since it was noted, and all that depend on it,
   * from the cache of `require`. Gives the paths of the changed files. To be called before a cell that imports.
   */
  dropChanged(): string[]
}

/** Watches over the workspace's sources; installed packages stay as they are. */
export function moduleReloader(): Reloader {
  const times = new Map<string, number>()
  return {
    remember() {
      for (const path of loadedSources()) {
        if (!times.has(path)) times.set(path, modifiedTime(path))
      }
    },
    dropChanged() {
      const changed = [...times].filter(([path, time]) => modifiedTime(path) !== time).map(([path]) => path)
      for (const path of withDependents(changed)) {
        Reflect.deleteProperty(loaded, path)
        times.delete(path)
      }
      return changed
    },
  }
}

const loaded = createRequire(import.meta.url).cache

function loadedSources(): string[] {
  return Object.keys(loaded).filter(path => !isInstalled(path))
}

function withDependents(changed: string[]): Set<string> {
  const sources = loadedSources()
  const dropped = new Set(changed)
  // Grows while it is walked: dependents of dependents come by too.
  for (const path of dropped) {
    for (const source of sources) {
      if (loaded[source]?.children.some(child => child.filename === path)) dropped.add(source)
    }
  }
  return dropped
}
