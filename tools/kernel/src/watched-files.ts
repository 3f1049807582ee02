import ts from '@tslab/typescript-for-tslab'
import { statSync } from 'node:fs'

/**
 * The files the compiler has read. It asks to be told of changes; instead of watching each one through the operating
 * system, they are looked at once before a cell is compiled: no watcher, no race between an edit and the next cell.
 */
export interface WatchedFiles {
  watch(path: string, onChange: ts.FileWatcherCallback): ts.FileWatcher
  /** Reports every change since the last call. */
  refresh(): void
}

interface Watched {
  path: string
  onChange: ts.FileWatcherCallback
  time: number
}

export function watchedFiles(): WatchedFiles {
  const files = new Set<Watched>()
  return {
    watch(path, onChange) {
      // Installed packages do not change under a running kernel, and they are thousands of files.
      if (isInstalled(path)) return { close: () => undefined }
      const file = { path, onChange, time: modifiedTime(path) }
      files.add(file)
      return { close: () => files.delete(file) }
    },
    refresh() {
      for (const file of [...files]) {
        const time = modifiedTime(file.path)
        if (time === file.time) continue
        const kind = changeKind(file.time, time)
        file.time = time
        file.onChange(file.path, kind)
      }
    },
  }
}

/** Whether a file belongs to an installed package, its path written with slashes or backslashes. */
export function isInstalled(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path)
}

/** In ms since 1970; 0 for a file that is not there. */
export function modifiedTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function changeKind(before: number, after: number): ts.FileWatcherEventKind {
  if (before === 0) return ts.FileWatcherEventKind.Created
  return after === 0 ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed
}
