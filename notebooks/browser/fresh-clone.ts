import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/**
 * Clones this repository into a folder, as somebody who has just found it, with what is edited or new here and not yet
 * committed laid over it: what is tested is what is here.
 */
export function freshClone(folder: string): void {
  git(['clone', '--quiet', root, folder])
  const kept = filesOf(['ls-files', '--cached', '--others', '--exclude-standard', '-z'])
  for (const file of kept) {
    const [from, to] = [join(root, file), join(folder, file)]
    if (!existsSync(from)) rmSync(to, { force: true })
    else if (lstatSync(from).isFile()) {
      mkdirSync(dirname(to), { recursive: true })
      copyFileSync(from, to)
    }
  }
}

/** What a shell that is opened afterwards has: nothing of the test runner's, nor of the npm that started it. */
export function environmentOfReader(): NodeJS.ProcessEnv {
  const own =
    /^(npm_(lifecycle|package|command|config_local_prefix|execpath|node_execpath)|NX_|VITEST|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|GIT_)/
  const entries = Object.entries(process.env).filter(([name]) => !own.test(name))
  const path = (process.env['PATH'] ?? '').split(':').filter(each => !each.startsWith(root))
  return { ...Object.fromEntries(entries), PATH: path.join(':') }
}

function filesOf(args: readonly string[]): string[] {
  return git(['-C', root, ...args])
    .split('\0')
    .filter(file => file !== '')
}

function git(args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 })
}
