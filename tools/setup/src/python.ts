import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.mjs'
import { makeFolder } from './make-folder.mjs'
import { step } from './progress.mjs'

/**
 * Makes `.venv` with the pinned Jupyter of `requirements.txt` (every file checked by hash); outside the repository
 * only the cache is written to. Made anew when the requirements change, and when it does not work any more: its
 * Python no longer runs, as after an upgrade of the host's, a package is gone, or the clone was moved.
 *
 * @returns the Python of `.venv`
 * @throws when no Python ≥ 3.10 with `venv` is found: Jupyter cannot run without one
 */
export async function preparePython(root: string): Promise<string> {
  const environment = join(root, '.venv')
  // Three things, a line each: the hash of the requirements; this folder, whose scripts name it and do not work in
  // another; what lay in site-packages after the installation.
  const stampFile = join(environment, 'flatland-requirements-sha256')
  const python = join(environment, 'bin', 'python')
  const requirements = join(root, 'tools', 'setup', 'requirements.txt')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const [stamp, place, ...packages] = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').split('\n') : []
  // An earlier version noted the hash alone.
  const isOurs = stamp === wanted && (place ?? environment) === environment
  if (isOurs && isWhole(environment, packages) && findsJupyter(python)) return python

  const host = hostPython()
  empty(environment)
  // Inside, so that a full /tmp does not matter, and what a killed pip leaves is removed with the rest.
  const scratch = join(environment, 'tmp')
  makeFolder(scratch)
  const options = { env: { ...process.env, TMPDIR: scratch } }
  await step('Python environment in .venv', host, ['-m', 'venv', environment], options)
  await step(
    'JupyterLab, nbconvert and nbclient',
    python,
    [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      ...['--cache-dir', join(cacheDirectory(), 'pip'), '--require-hashes', '-r', requirements],
    ],
    options,
  )
  addToPath(python, join(root, 'tools', 'cli', 'python', 'papermill'))
  rmSync(scratch, { recursive: true, force: true })
  writeFileSync(stampFile, [wanted, environment, ...inSitePackages(environment)].join('\n'))
  return python
}

/** The folder itself stays: it may be the place of a volume. */
function empty(folder: string): void {
  const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
  for (const path of isFolder ? readdirSync(folder).map(name => join(folder, name)) : [folder]) {
    rmSync(path, { recursive: true, force: true })
  }
}

/**
 * Python finds what lies in the folder, as after an editable install: here what papermill needs for our kernel.
 * The path is relative: one with letters outside ASCII would stop a Python whose locale is `C`.
 */
function addToPath(python: string, folder: string): void {
  const code = [
    'import os, pathlib, sys, sysconfig',
    "packages = sysconfig.get_path('purelib')",
    "pathlib.Path(packages, 'flatland.pth').write_text(os.path.relpath(sys.argv[1], packages))",
  ].join('\n')
  execFileSync(python, ['-I', '-c', code, folder])
}

/** Looks and does not import: a few hundredths of a second. */
function findsJupyter(python: string): boolean {
  const code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('jupyterlab') is None)"
  return spawnSync(python, ['-I', '-c', code], { stdio: 'ignore' }).status === 0
}

function isWhole(environment: string, packages: readonly string[]): boolean {
  const present = new Set(inSitePackages(environment))
  return packages.every(name => present.has(name))
}

/** Each as `python3.11/jupyterlab`. */
function inSitePackages(environment: string): string[] {
  const library = join(environment, 'lib')
  if (!existsSync(library)) return []
  return readdirSync(library).flatMap(version => {
    const folder = join(library, version, 'site-packages')
    const names = existsSync(folder) ? readdirSync(folder) : []
    return names.filter(name => name !== '__pycache__').map(name => `${version}/${name}`)
  })
}

/** The first Python that will do, the unnumbered names before the others. */
function hostPython(): string {
  const found: string[] = []
  for (const candidate of ['python3', 'python', ...[14, 13, 12, 11, 10].map(minor => `python3.${minor}`)]) {
    const version = versionOf(candidate)
    if (version === undefined) continue
    const { minor, text, hasVenv } = version
    if (minor >= 10 && hasVenv) return candidate
    found.push(`${candidate} is ${text}${minor >= 10 ? ' without venv' : ', too old'}`)
  }
  throw new Error(
    'Python ≥ 3.10 with its venv module is missing: JupyterLab and the handouts run on it. ' +
      `Found: ${found.join('; ') || 'none'}. ` +
      'Install it, e.g. `apt install python3 python3-venv` or `brew install python`, and run the same command again.',
  )
}

/** @returns undefined when it does not run; `minor` is -1 for a Python 2 */
function versionOf(candidate: string): { text: string; minor: number; hasVenv: boolean } | undefined {
  // Understood by a Python of any age. Debian has venv without ensurepip, which it needs.
  const code = [
    'import sys',
    'try: import venv, ensurepip; has = "venv"',
    'except ImportError: has = ""',
    'print("%d.%d.%d %s" % (sys.version_info[:3] + (has,)))',
  ].join('\n')
  const { stdout, status } = spawnSync(candidate, ['-c', code], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [, text = '', major, minor, venv] = /^((\d+)\.(\d+)\.\d+) (venv)?\s*$/.exec(stdout) ?? []
  if (status !== 0 || text === '') return undefined
  return { text, minor: major === '3' ? Number(minor) : -1, hasVenv: venv !== undefined }
}
