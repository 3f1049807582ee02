import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from './repository.ts'

/** Which flatland this is. */
export interface Code {
  readonly version: string
  /** As `git describe` has it, with `-dirty` where files are changed; undefined where the folder is no clone, or git is missing. */
  readonly commit?: string | undefined
}

export function thisCode(): Code {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  return { version, commit: describeCommit() }
}

function describeCommit(): string | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined
  try {
    const args = ['describe', '--always', '--tags', '--dirty']
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // No git on this machine: what is known is said.
    return undefined
  }
}
