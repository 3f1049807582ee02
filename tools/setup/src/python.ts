import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.mjs'
import { step } from './progress.mjs'

/**
 * Makes `.venv` with the pinned Jupyter of `requirements.txt` (every file checked by hash); outside the repository
 * only the cache is written to. Made anew when the requirements change, and when its Python no longer runs or no
 * longer finds Jupyter, as after an upgrade of the host's Python.
 *
 * @returns the Python of `.venv`
 * @throws when no Python ≥ 3.10 with `venv` is found: Jupyter cannot run without one
 */
export async function preparePython(root: string): Promise<string> {
  const environment = join(root, '.venv')
  const stampFile = join(environment, 'flatland-requirements-sha256')
  const python = join(environment, 'bin', 'python')
  const requirements = join(root, 'tools', 'setup', 'requirements.txt')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const stamped = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted
  if (stamped && findsJupyter(python)) return python

  const host = hostPython()
  rmSync(environment, { recursive: true, force: true })
  await step('Python environment in .venv', host, ['-m', 'venv', environment])
  await step('JupyterLab, nbconvert and nbclient', python, [
    ...[
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--cache-dir',
      join(cacheDirectory(), 'pip'),
      '--require-hashes',
      '-r',
      requirements,
    ],
  ])
  addToPath(python, join(root, 'tools', 'cli', 'python', 'papermill'))
  writeFileSync(stampFile, wanted)
  return python
}

/** Python finds what lies in the folder, as after an editable install: here what papermill needs for our kernel. */
function addToPath(python: string, folder: string): void {
  const code =
    "import pathlib, sys, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'flatland.pth').write_text(sys.argv[1])"
  execFileSync(python, ['-I', '-c', code, `${folder}\n`])
}

/** Looks and does not import: a few hundredths of a second. */
function findsJupyter(python: string): boolean {
  const code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('jupyterlab') is None)"
  return spawnSync(python, ['-I', '-c', code], { stdio: 'ignore' }).status === 0
}

function hostPython(): string {
  for (const candidate of ['python3', 'python']) {
    try {
      const version = execFileSync(
        candidate,
        ['-c', 'import sys, venv, ensurepip; print(*sys.version_info[:2])'],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      const [major = 0, minor = 0] = version.trim().split(' ').map(Number)
      if (major === 3 && minor >= 10) return candidate
    } catch {
      // Not there, or without venv: the next candidate, then the line below.
    }
  }
  throw new Error(
    'Python ≥ 3.10 with its venv module is missing: JupyterLab and the handouts run on it. ' +
      'Install it, e.g. `apt install python3 python3-venv` or `brew install python`, and run the same command again.',
  )
}
