import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { join, resolve } from 'node:path'
import { codeOf } from './store-error.ts'
import { storeFiles, type UselessFile } from './store-files.ts'
import { trialStore } from './trial-store.ts'

/** Parameters of networks, θ as one vector each, kept by what they are. Any number of processes may use one at a time. */
export interface ParameterStore {
  readonly folder: string
  /**
   * Keeps parameters: when this has resolved they are on the disk, whole.
   *
   * @returns their name: the SHA-256 of their bytes, little-endian, as 64 hexadecimal digits
   * @throws StoreError (a rejection) when the disk is full, or cannot be written
   */
  readonly put: (values: Float32Array) => Promise<string>
  /** @returns `undefined` where there are none. A file that is not of its name is set aside as `<sha256>.torn`, and counts as none. */
  readonly get: (sha256: string) => Promise<Float32Array | undefined>
  /** The names of all, in order. */
  readonly list: () => Promise<string[]>
  /** Removes parameters by their names; those that are not there are none. */
  readonly remove: (sha256s: readonly string[]) => Promise<void>
  /** Bytes, and when they were last put: `undefined` where there are none. */
  readonly about: (sha256: string) => Promise<{ readonly bytes: number; readonly put: Date } | undefined>
  /** What torn files and killed processes left. */
  readonly useless: () => Promise<readonly UselessFile[]>
  /** Removes those by their file names. */
  readonly removeUseless: (names: readonly string[]) => Promise<void>
}

/**
 * The store of parameters in a folder, which need not exist yet: files `<sha256>.f32` of float32 numbers, little-endian, one
 * after the other. The same parameters are kept once. Each file is written beside its place, flushed to the disk and renamed.
 *
 * @param folder default: `parameters` in that of `trialStore()`
 *
 * @example
 * const store = parameterStore(mkdtempSync(join(tmpdir(), 'parameters-')))
 * const name = await store.put(Float32Array.of(1, -2, 0.5))
 * await store.get(name) // [1, -2, 0.5]
 */
export function parameterStore(folder = join(trialStore().folder, 'parameters')): ParameterStore {
  const at = resolve(folder)
  const files = storeFiles(at, {
    of: 'parameters',
    extension: PARAMETERS,
    parse: (data, place) => (sha256Of(data) === place && data.length % 4 === 0 ? data : 'torn'),
  })
  return Object.freeze<ParameterStore>({
    folder: at,
    put: async values => {
      const bytes = littleEndian(new Uint8Array(values.slice().buffer))
      const name = sha256Of(bytes)
      await files.write(name, bytes)
      return name
    },
    get: async sha256 => {
      checkName(sha256)
      const found = await files.read(sha256)
      // A copy: what is read may begin anywhere in its memory.
      return found instanceof Buffer
        ? new Float32Array(littleEndian(Uint8Array.from(found)).buffer)
        : undefined
    },
    list: async () => [...(await files.list()).places],
    remove: async sha256s => {
      sha256s.forEach(checkName)
      await files.remove(sha256s.map(name => `${name}${PARAMETERS}`))
    },
    about: async sha256 => {
      checkName(sha256)
      try {
        const { size, mtime } = await stat(join(at, `${sha256}${PARAMETERS}`))
        return { bytes: size, put: mtime }
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    useless: async () => (await files.list()).useless,
    removeUseless: files.remove,
  })
}

const PARAMETERS = '.f32'

function checkName(sha256: string): void {
  if (/^[0-9a-f]{64}$/.test(sha256)) return
  throw new RangeError(`parameters are named '${sha256}'; it must be a SHA-256: 64 hexadecimal digits`)
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** To the order of bytes in a file, or back. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32()
  return bytes
}
