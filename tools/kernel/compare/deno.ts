import { cacheDirectory } from '@flatland/tensor'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Subject } from '../test/mends/tested-kernel.ts'

const version = '2.9.6'

/**
 * Deno's kernel from the npm registry, fetched once into the cache. `undefined` where it cannot run: the table then says
 * "not run".
 *
 * Its kernelspec asks for interrupts by SIGINT, of which it dies; by message it does better, so that is what it gets.
 */
export function denoSubject(): Subject | undefined {
  const folder = join(cacheDirectory(), `deno-${version}`)
  // The wrapper package copies its binary in a script after the installation; the platform's own package has it as it is.
  const libc = process.platform === 'linux' ? '-glibc' : ''
  const name = `@deno/${process.platform}-${process.arch}${libc}`
  const binary = join(folder, 'node_modules', name, process.platform === 'win32' ? 'deno.exe' : 'deno')
  try {
    if (!existsSync(binary)) {
      mkdirSync(folder, { recursive: true })
      const how = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
      execFileSync('npm', ['install', '--prefix', folder, ...how, `${name}@${version}`], { stdio: 'ignore' })
    }
    execFileSync(binary, ['--version'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return {
    name: 'Deno',
    version,
    argv: [binary, 'jupyter', '--kernel', '--conn', '{connection_file}'],
    interrupt: 'message',
    environment: { DENO_DIR: join(folder, 'cache'), DENO_NO_UPDATE_CHECK: '1' },
  }
}
