import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { nearest } from './nearest.ts'
import { NOTEBOOKS } from './repository.ts'
import { UsageError } from './usage-error.ts'

export interface NotebookFile {
  /** Without folder and extension, e.g. `05-time-per-update`. */
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/**
 * Finds a notebook by number (`05` or `5`), by name with or without extension, or by path.
 *
 * @param directory where numbers and names are looked up
 * @throws UsageError with the nearest match and the list when there is none
 * @example findNotebook('05').name // '05-time-per-update'
 */
export function findNotebook(wanted: string, directory = NOTEBOOKS): NotebookFile {
  if (wanted.endsWith('.ipynb') && existsSync(wanted)) return notebookFile(resolve(wanted))
  const names = listNotebooks(directory)
  const name = names.find(each => each === wanted.replace(/\.ipynb$/, '')) ?? byNumber(wanted, names)
  if (name === undefined) throw new UsageError(refusal(wanted, names, directory))
  return notebookFile(join(directory, `${name}.ipynb`))
}

/** The names in the folder, in order. */
function listNotebooks(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(file => file.endsWith('.ipynb'))
    .map(file => basename(file, '.ipynb'))
    .sort()
}

function byNumber(wanted: string, names: readonly string[]): string | undefined {
  if (!/^\d+$/.test(wanted)) return undefined
  return names.find(name => Number(/^\d+/.exec(name)?.[0]) === Number(wanted))
}

function refusal(wanted: string, names: readonly string[], directory: string): string {
  if (names.length === 0) return `no notebook '${wanted}': ${directory} has none.`
  // Each name also without its number, and the number alone: any of them may be what was mistyped.
  const forms = new Map(
    names.flatMap(name =>
      [name, name.replace(/^\d+-/, ''), /^\d+/.exec(name)?.[0] ?? name].map(form => [form, name]),
    ),
  )
  const near = nearest(basename(wanted, '.ipynb'), [...forms.keys()])
  const suggestion = near === undefined ? '' : ` (Did you mean ${forms.get(near) ?? near}?)`
  return `no notebook '${wanted}'.${suggestion} Notebooks: ${names.join(', ')}.`
}

function notebookFile(path: string): NotebookFile {
  return { name: basename(path, '.ipynb'), path }
}
