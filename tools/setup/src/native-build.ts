import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  ADDON_FLAGS,
  nativeAddonIsBuilt,
  nativeDirectory,
  TENSORFLOW_LIBRARIES,
  TENSORFLOW_VERSION,
} from '@flatland/tensor/native-addon'
import { cacheDirectory } from './cache-directory.mjs'
import { codeOf, isAlive } from './lock.mjs'
import { makeFolder } from './make-folder.mjs'
import { step } from './progress.mjs'

const { resolve } = createRequire(import.meta.url)

/**
 * Everything happens in a folder beside the final one, which gets its name only when it is whole.
 *
 * @throws with what pip or the compiler printed, when one of them fails
 */
export async function buildNativeAddon(root: string, python: string): Promise<void> {
  const target = nativeDirectory()
  makeFolder(dirname(target))
  const scratch = mkdtempSync(`${target}.building-${String(process.pid)}-`)
  try {
    const tensorflow = process.env['FLATLAND_TENSORFLOW'] ?? (await unpackWheel(root, python, scratch))
    const ready = join(scratch, 'ready')
    mkdirSync(ready)
    for (const library of TENSORFLOW_LIBRARIES) place(join(tensorflow, library), join(ready, library))
    for (const { title, options } of addons(tensorflow, ready))
      await step(title, compiler() ?? 'c++', options, within(scratch))
    moveTo(target, ready)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Temporary files lie in the scratch folder too: a full /tmp does not matter, and what was killed leaves none there. */
function within(scratch: string): { env: NodeJS.ProcessEnv } {
  return { env: { ...process.env, TMPDIR: scratch } }
}

/** Removes the folders, of more than 1 GB each, of builds that were killed. */
export function removeAbandonedBuilds(): void {
  const folder = dirname(nativeDirectory())
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const maker = /\.building-(\d+)-/.exec(name)?.[1]
    if (maker === undefined || isAlive(Number(maker))) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch (error) {
      // In a cache that is only read, it stays for its owner.
      if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error
    }
  }
}

/** The first of `$CXX`, g++, clang++ and c++ that runs. */
export function compiler(): string | undefined {
  return [process.env['CXX'], 'g++', 'clang++', 'c++'].find(candidate => {
    try {
      if (candidate) execFileSync(candidate, ['--version'], { stdio: 'ignore' })
      return Boolean(candidate)
    } catch {
      return false
    }
  })
}

/** Another clone may have built the same meanwhile: then its folder stays. */
function moveTo(target: string, ready: string): void {
  if (!nativeAddonIsBuilt()) rmSync(target, { recursive: true, force: true })
  try {
    renameSync(ready, target)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}

async function unpackWheel(root: string, python: string, scratch: string): Promise<string> {
  const download = [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
    ...['--cache-dir', join(cacheDirectory(), 'pip')],
    // One fixed wheel whatever the host's Python is: only its libraries are used.
    ...[
      '--only-binary=:all:',
      '--python-version=3.11',
      '--platform=manylinux_2_27_x86_64',
      '--dest',
      scratch,
    ],
    ...['-r', join(root, 'tools', 'setup', 'requirements-native.txt')],
  ]
  const title = `TensorFlow ${TENSORFLOW_VERSION}, 274 MB, checked by hash`
  await step(title, python, download, within(scratch))
  const wheel = readdirSync(scratch).find(name => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error('pip downloaded no TensorFlow wheel')
  await step('TensorFlow libraries, unpacked', python, [
    join(import.meta.dirname, 'unpack_wheel.py'),
    join(scratch, wheel),
    scratch,
  ])
  return join(scratch, 'tensorflow')
}

/** A link costs nothing; where a file system refuses it, a copy. */
function place(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** tfjs-node's addon with what we add to it, then one of our own that is linked to it. */
function addons(tensorflow: string, ready: string): { title: string; options: string[] }[] {
  const tfjs = dirname(resolve('@tensorflow/tfjs-node/package.json'))
  const headers = join(dirname(resolve('node-api-headers/package.json')), 'include')
  const binding = join(tfjs, 'binding')
  const native = join(import.meta.dirname, '..', 'native')
  const flags = [
    ...ADDON_FLAGS,
    ...[join(tensorflow, 'include'), headers, tfjs, binding].map(folder => `-I${folder}`),
  ]
  const libraries = [
    `-L${ready}`,
    ...TENSORFLOW_LIBRARIES.map(library => `-l:${library}`),
    '-Wl,-rpath,$ORIGIN',
  ]
  const stock = readdirSync(binding).filter(name => name.endsWith('.cc'))
  const first = [
    ...flags,
    '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    ...stock.map(name => join(binding, name)),
    ...['contexts.cc', 'quiet_log.cc', 'signal_safe.cc'].map(name => join(native, name)),
    ...libraries,
    ...['TFE_Execute', 'TFE_NewContext', 'TFE_NewOp'].map(name => `-Wl,--wrap=${name}`),
    ...['-o', join(ready, 'tfjs_binding.node')],
  ]
  const second = [
    ...flags,
    '-DNODE_GYP_MODULE_NAME=graph_functions',
    join(native, 'graph_functions.cc'),
    ...libraries,
    '-l:tfjs_binding.node',
    ...['-o', join(ready, 'graph_functions.node')],
  ]
  return [
    { title: 'Native backend, compiled', options: first },
    { title: 'Graph functions, compiled', options: second },
  ]
}
