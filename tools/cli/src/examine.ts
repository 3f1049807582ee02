import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, useBackend } from '@flatland/tensor'
import { nativeAddonIsBuilt, nativeDirectory, TENSORFLOW_VERSION } from '@flatland/tensor/native-addon'
import { z } from 'zod'
import { failureLine } from './failure-line.ts'
import { jupyterEnvironment } from './jupyter-environment.ts'
import { venvPython } from './repository.ts'

/** One line of the report. `warning` means that things work, but not as well as they could. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'missing'
  /** What was found, and what to do about it when something is wrong. */
  readonly found: string
}

/** Looks at everything that a notebook needs, in the order in which it is needed; changes nothing. */
export async function examine(): Promise<Check[]> {
  return [node(), npm(), ...python(), compiler(), nativeBuild(), cache(), datasets(), await backend()]
}

/** `✓ Node: 24.21.0`, a line a check. */
export function report(checks: readonly Check[]): string {
  const marks = { ok: '✓', warning: '!', missing: '✗' }
  return checks.map(({ name, state, found }) => `${marks[state]} ${name}: ${found}`).join('\n')
}

function node(): Check {
  return ok('Node', `${process.versions.node}, ${process.execPath}`)
}

function npm(): Check {
  const version = versionOf('npm')
  return version === undefined
    ? warning('npm', 'not found; `npm start` and set-up need it. It comes with Node.')
    : ok('npm', version)
}

const pythonSide = z.object({
  python: z.string(),
  packages: z.record(z.string(), z.string()),
  kernel: z.string().nullable(),
})

function python(): Check[] {
  let env: NodeJS.ProcessEnv
  try {
    env = jupyterEnvironment()
  } catch (error) {
    return [missing('Python', failureLine(error))]
  }
  try {
    const script = join(import.meta.dirname, '..', 'python', 'versions.py')
    const found = pythonSide.parse(
      JSON.parse(execFileSync(venvPython(), [script], { env, encoding: 'utf8', stdio: 'pipe' })),
    )
    const packages = Object.entries(found.packages).map(([name, version]) => `${name} ${version}`)
    return [
      ok('Python', `${found.python}, ${venvPython()}`),
      ok('Jupyter', packages.join(', ')),
      checkKernel(found.kernel),
    ]
  } catch (error) {
    const reason = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error)
    return [missing('Python', `.venv does not work: ${reason} Run \`npm run setup\`, which makes it anew.`)]
  }
}

/** @param folder where Jupyter finds the kernel's `kernel.json`, or null */
export function checkKernel(folder: string | null): Check {
  if (folder === null) return missing('Kernel', 'flatland is not registered: run `npm run setup`.')
  const { argv } = z
    .object({ argv: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')))
  // A clone that was moved or a Node that was removed leaves paths that lead nowhere.
  const gone = argv.filter(each => each.startsWith('/') && !existsSync(each))
  if (gone.length === 0) return ok('Kernel', `flatland, registered in ${folder}`)
  const fault = `starts ${gone.join(', ')}, which does not exist: run \`npm run setup\`.`
  return missing('Kernel', `flatland in ${folder} ${fault}`)
}

function compiler(): Check {
  const version = [process.env['CXX'], 'g++', 'clang++', 'c++']
    .map(each => versionOf(each ?? ''))
    .find(each => each !== undefined)
  if (version !== undefined) return ok('C++ compiler', version)
  if (nativeAddonIsBuilt()) return ok('C++ compiler', 'not found, and not needed: the build is there.')
  const advice = 'not found; the native backend is compiled with one. Install it, e.g. `apt install g++`.'
  return warning('C++ compiler', advice)
}

function nativeBuild(): Check {
  const folder = nativeDirectory()
  return nativeAddonIsBuilt()
    ? ok('Native build', `TensorFlow ${TENSORFLOW_VERSION}, ${folder}`)
    : warning('Native build', `none in ${folder}: run \`npm run setup\`; it says what is in its way.`)
}

function cache(): Check {
  const folder = cacheDirectory()
  if (!existsSync(folder)) return ok('Cache', `${folder}, empty`)
  const found = `${folder}, ${(bytesIn(folder) / 1e6).toFixed(0)} MB`
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    const advice = 'name one of your own to keep data sets and results: FLATLAND_CACHE=/a/folder.'
    return warning('Cache', `${found}, cannot be written by this user: ${advice}`)
  }
  const { bavail, bsize } = statfsSync(folder)
  const free = (bavail * bsize) / 1e6
  if (free < 1000) return warning('Cache', `${found}; only ${free.toFixed(0)} MB are left on its disk.`)
  return ok('Cache', `${found}. It may be deleted; what is missing is made or fetched again.`)
}

function datasets(): Check {
  const folder = join(cacheDirectory(), 'datasets')
  const fetched = existsSync(folder) ? readdirSync(folder) : []
  return ok(
    'Data sets',
    `mnist comes with the packages; fetched on first use, here so far: ${fetched.join(', ') || 'none'}`,
  )
}

async function backend(): Promise<Check> {
  try {
    const { name, reason, tensorflow, threads } = await useBackend('auto')
    const found = `auto takes ${name}${tensorflow === null ? '' : `, TensorFlow ${tensorflow}`}, ${threads} threads: ${reason}`
    return name === 'native' ? ok('Backend', found) : warning('Backend', found)
  } catch (error) {
    return missing('Backend', error instanceof Error ? error.message : String(error))
  }
}

/** The first line of `--version`, or undefined when the program is not there. */
function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n')[0]
  } catch {
    return undefined
  }
}

/** What ends while we look, or is not for our eyes, does not count. */
function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map(entry => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return bytesIn(path)
        return entry.isFile() ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0
      })
      .reduce((sum, size) => sum + size, 0)
  } catch {
    return 0
  }
}

function ok(name: string, found: string): Check {
  return { name, state: 'ok', found }
}

function warning(name: string, found: string): Check {
  return { name, state: 'warning', found }
}

function missing(name: string, found: string): Check {
  return { name, state: 'missing', found }
}
