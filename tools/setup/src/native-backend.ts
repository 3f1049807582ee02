import { nativeAddonIsBuilt, TENSORFLOW_VERSION } from '@flatland/tensor/native-addon'
import { failureLine } from './failure.mjs'
import { buildNativeAddon, compiler, removeAbandonedBuilds } from './native-build.ts'

/**
 * Builds tfjs-node's addon against the TensorFlow of the PyPI wheel, into the cache outside the repository.
 * Where it cannot be built or the build fails, one line says why and the notebooks run on wasm;
 * `FLATLAND_BACKEND=native` makes that an error, `FLATLAND_BACKEND=wasm` or `cpu` skips the build.
 *
 * `FLATLAND_TENSORFLOW` names a folder with an unpacked TensorFlow (`include/` and the two libraries) to use
 * in place of the wheel.
 *
 * @throws when `FLATLAND_BACKEND` is something else, or is `native` and cannot be had
 */
export async function prepareNativeBackend(root: string, python: string): Promise<void> {
  const wanted = wantedBackend()
  if (wanted === 'wasm' || wanted === 'cpu') return
  removeAbandonedBuilds()
  if (nativeAddonIsBuilt()) return
  const obstacle = findObstacle()
  if (obstacle !== undefined) {
    if (wanted === 'native') throw new Error(`FLATLAND_BACKEND=native, but ${obstacle}`)
    fallBack(obstacle)
    return
  }
  try {
    await buildNativeAddon(root, python)
  } catch (error) {
    if (wanted === 'native') throw error
    fallBack(failureLine(error, root))
  }
}

function fallBack(reason: string): void {
  console.log(`! The native backend is not built, notebooks run on wasm, many times slower: ${reason}`)
}

function wantedBackend(): string | undefined {
  const wanted = process.env['FLATLAND_BACKEND']
  if (wanted === undefined || wanted === '' || wanted === 'auto') return undefined
  if (['native', 'wasm', 'cpu'].includes(wanted)) return wanted
  throw new Error(`FLATLAND_BACKEND is '${wanted}': set it to auto, native, wasm or cpu, or leave it unset.`)
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
