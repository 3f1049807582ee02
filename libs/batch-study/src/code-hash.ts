import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Packages of this workspace: they are read file by file, the others stand for themselves with name and version. */
const OWN = '@flatland/'

/**
 * The SHA-256 of the code that a module runs: of every file that it imports, and they import, of this workspace, and
 * of name and version of every other package. So an edit of a library makes a new hash, an edit of a test or of a module
 * that is not imported does not. Comments count too. What is imported in any other way than by a name in quotes is not
 * seen; of other packages the version is trusted.
 *
 * @param module the `file:` address of a module. Default: that which runs trials
 * @returns hexadecimal, 64 digits
 * @throws Error when an imported file or package is not there
 *
 * @example
 * codeHash() === codeHash() // true: until somebody edits a file
 */
export function codeHash(module: string | URL = new URL('./run-trial.ts', import.meta.url)): string {
  const parts = new Map<string, string>()
  visit(fileURLToPath(module), parts)
  const hash = createHash('sha256')
  // Neither the order of imports nor the place of the clone counts.
  for (const part of [...parts.values()].toSorted()) hash.update(part).update('\n')
  return hash.digest('hex')
}

/** @param parts what stands for each file and package that was seen */
function visit(file: string, parts: Map<string, string>): void {
  if (parts.has(file)) return
  const text = readFileSync(file, 'utf8')
  parts.set(file, `${nameOf(file)} ${createHash('sha256').update(text).digest('hex')}`)
  for (const specifier of imported(text)) {
    if (specifier.startsWith('.')) visit(join(dirname(file), specifier), parts)
    else if (specifier.startsWith(OWN)) visit(entryOf(specifier, file), parts)
    else if (!specifier.startsWith('node:')) parts.set(specifier, versionOf(specifier, file))
  }
}

/** The last names of its path, by which files of the same text differ. */
function nameOf(file: string): string {
  return file.split('/').slice(-3).join('/')
}

/** `from '…'`, `import '…'`, `import('…')`, but in comments; types are erased, and do not run. */
function imported(text: string): string[] {
  const statements = text
    .replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    .replaceAll(/^(?:im|ex)port type [^']*'[^']*'/gm, '')
  const found = statements.matchAll(
    /^(?:import|export|\})(?:[^'"`]*? from)? ?'([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...found].map(match => match[1] ?? match[2] ?? '')
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly main?: string
}

function entryOf(specifier: string, from: string): string {
  const file = manifestFile(specifier, from)
  return join(dirname(file), readManifest(file).main ?? 'index.js')
}

function versionOf(specifier: string, from: string): string {
  const { name, version } = readManifest(manifestFile(specifier, from))
  return `${name ?? specifier}@${version ?? ''}`
}

function manifestFile(specifier: string, from: string): string {
  // It throws by itself where the package is not there.
  return findPackageJSON(specifier, from) ?? specifier
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
