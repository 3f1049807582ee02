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
import { step } from './progress.mjs'

const { resolve } = createRequire(import.meta.url)

/**
 * Builds tfjs-node's addon against the TensorFlow of the PyPI wheel, into the cache outside the repository.
 * Where it cannot be built, one line says what is missing and the notebooks run on wasm;
 * `FLATLAND_BACKEND=native` makes that an error, `FLATLAND_BACKEND=wasm` or `cpu` skips the build.
 *
 * `FLATLAND_TENSORFLOW` names a folder with an unpacked TensorFlow (`include/` and the two libraries) to use
 * in place of the wheel.
 */
export async function prepareNativeBackend(root: string, python: string): Promise<void> {
  const wanted = process.env['FLATLAND_BACKEND']
  if (wanted === 'wasm' || wanted === 'cpu' || nativeAddonIsBuilt()) return
  const obstacle = findObstacle()
  if (obstacle === undefined) return build(root, python)
  if (wanted === 'native') throw new Error(`FLATLAND_BACKEND=native, but ${obstacle}`)
  console.log(`! The native backend is not built, notebooks run on wasm, many times slower: ${obstacle}`)
}

function findObstacle(): string | undefined {
  if (
    process.platform !== 'linux' ||
    (process.arch !== 'x64' && process.env['FLATLAND_TENSORFLOW'] === undefined)
  ) {
    return (
      `TensorFlow ${TENSORFLOW_VERSION}'s libraries come from a wheel for Linux on x64, and this is ` +
      `${process.platform}-${process.arch}. On Linux, name a folder that has them: FLATLAND_TENSORFLOW=/path npm start.`
    )
  }
  if (compiler() === undefined) {
    return 'a C++ compiler is missing: the addon is compiled here. Install one, e.g. `apt install g++`, and run the same command again.'
  }
  return undefined
}

function compiler(): string | undefined {
  return [process.env['CXX'], 'g++', 'clang++', 'c++'].find(candidate => {
    try {
      if (candidate) execFileSync(candidate, ['--version'], { stdio: 'ignore' })
      return Boolean(candidate)
    } catch {
      return false
    }
  })
}

/** Everything happens in a folder beside the final one, which gets its name only when it is whole. */
async function build(root: string, python: string): Promise<void> {
  const target = nativeDirectory()
  mkdirSync(dirname(target), { recursive: true })
  const scratch = mkdtempSync(`${target}.building-`)
  try {
    const tensorflow = process.env['FLATLAND_TENSORFLOW'] ?? (await unpackWheel(root, python, scratch))
    const ready = join(scratch, 'ready')
    mkdirSync(ready)
    for (const library of TENSORFLOW_LIBRARIES) place(join(tensorflow, library), join(ready, library))
    await step('Native backend, compiled', compiler() ?? 'c++', compilerArguments(tensorflow, ready))
    if (!existsSync(target)) renameSync(ready, target)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function unpackWheel(root: string, python: string, scratch: string): Promise<string> {
  await step(`TensorFlow ${TENSORFLOW_VERSION}, 274 MB, checked by hash`, python, [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'],
    // One fixed wheel whatever the host's Python is: only its libraries are used.
    ...[
      '--only-binary=:all:',
      '--python-version=3.11',
      '--platform=manylinux_2_27_x86_64',
      '--dest',
      scratch,
    ],
    ...['-r', join(root, 'tools', 'setup', 'requirements-native.txt')],
  ])
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

function compilerArguments(tensorflow: string, ready: string): string[] {
  const tfjs = dirname(resolve('@tensorflow/tfjs-node/package.json'))
  const headers = join(dirname(resolve('node-api-headers/package.json')), 'include')
  const binding = join(tfjs, 'binding')
  return [
    ...ADDON_FLAGS,
    ...[join(tensorflow, 'include'), headers, tfjs, binding].map(folder => `-I${folder}`),
    ...readdirSync(binding)
      .filter(name => name.endsWith('.cc'))
      .map(name => join(binding, name)),
    join(import.meta.dirname, '..', 'native', 'quiet_log.cc'),
    `-L${ready}`,
    ...TENSORFLOW_LIBRARIES.map(library => `-l:${library}`),
    '-Wl,-rpath,$ORIGIN',
    ...['-o', join(ready, 'tfjs_binding.node')],
  ]
}
