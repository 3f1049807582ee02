import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { step } from './progress.mjs'

/**
 * Makes `.venv` with the pinned Jupyter of `requirements.txt` (every file checked by hash), and nothing outside
 * the repository. Made anew when the requirements or the host's Python change.
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
  if (existsSync(python) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return python

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
      '--require-hashes',
      '-r',
      requirements,
    ],
  ])
  writeFileSync(stampFile, wanted)
  return python
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
