import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import { channelStatistics } from './channel-statistics.ts'
import { readChecked } from './checked-file.ts'
import { createSplit } from './dataset.ts'
import type { Dataset, FeatureSplit, SplitKind } from './dataset.ts'
import { parseNpy } from './npy.ts'
import type { NpyArray } from './npy.ts'
import { locateUserFile } from './user-file.ts'

const features = 360
const classes = 1973

const file = {
  name: 'TIMIT',
  folder: 'timit',
  file: 'timit.npz',
  instruction:
    'TIMIT is licensed, so its features are made by who has it: np.savez of x_train [n, 360] and x_test (float32), ' +
    'y_train [n] and y_test (whole numbers below 1973). Beside it, `sha256sum timit.npz > timit.npz.sha256`. ' +
    'Without a licence, speechLike() makes a task of that kind.',
}

/**
 * Features of TIMIT, 9 frames of 40 bands with one of 1973 states of phones each, as Keskar et al. 2016 train F2 on (721329
 * examples, and 310621 for testing). The corpus is licensed: its user makes `timit.npz`, with `x_train` [n, 360] and `x_test`
 * [m, 360] of float32 and `y_train` [n] and `y_test` [m] of whole numbers below 1973, and puts it into
 * `<cache>/datasets/timit`, with its SHA-256 sum as `timit.npz.sha256`, in the format of sha256sum.
 *
 * @returns examples of shape 1 × 1 × 360: each feature is a channel, with a mean and deviation of its own
 * @throws Error if one of the files is not there, or the sum is another; the file is then set aside as
 * `timit.npz.wrong-hash`
 * @throws RangeError if an array is missing, of another shape or type, or has a number that is not finite or a class ≥ 1973
 * @see J. S. Garofolo et al., "TIMIT acoustic-phonetic continuous speech corpus", LDC93S1, 1993.
 * @example const { train, test } = await timit()
 */
export async function timit(): Promise<Dataset<FeatureSplit>> {
  const path = await locateUserFile(file)
  const sum = await readFile(await locateUserFile({ ...file, file: 'timit.npz.sha256' }), 'utf8')
  const digits = /^[\da-f]{64}(?= [ *]timit\.npz\s*$)/.exec(sum)?.[0]
  if (digits === undefined)
    throw new Error(
      `${path}.sha256 is no line of sha256sum for timit.npz: write it by \`sha256sum timit.npz > timit.npz.sha256\`.`,
    )
  const remedy = 'Put it back with its own sum beside it if it is right, or make it again.'
  const arrays = unzipSync(await readChecked(path, { expected: `sha256:${digits}`, remedy }))
  const [train, test] = [split(arrays, 'train'), split(arrays, 'test')]
  const kind: SplitKind = {
    shape: [1, 1, features],
    classes: Array.from({ length: classes }, (_, state) => String(state)),
    ...channelStatistics(train.images, features),
  }
  return Object.freeze({
    name: file.name,
    train: createSplit(train.images, train.labels, kind),
    test: createSplit(test.images, test.labels, kind),
    licence: 'LDC user agreement',
    source: 'J. S. Garofolo et al., LDC93S1; features made by the user',
  })
}

function split(arrays: Readonly<Record<string, Uint8Array>>, part: 'train' | 'test') {
  const [x, y] = [`x_${part}`, `y_${part}`]
  const [images, labels] = [arrayOf(arrays, x), arrayOf(arrays, y)]
  const size = labels.shape[0] ?? 0
  if (labels.shape.length !== 1 || size === 0)
    throw new RangeError(`${y} has shape [${labels.shape.join()}]; it must be [n], n from 1 on.`)
  if (images.shape.join() !== `${size},${features}` || !(images.data instanceof Float32Array))
    throw new RangeError(
      `${x} has shape [${images.shape.join()}] and type ${images.type}; beside ${y} of ${size} it must be [${size}, ${features}] of <f4.`,
    )
  const odd = images.data.findIndex(each => !Number.isFinite(each))
  if (odd >= 0)
    throw new RangeError(
      `${x} has ${images.data[odd]} at example ${Math.floor(odd / features)}; all must be finite.`,
    )
  return { images: images.data, labels: states(labels, y) }
}

function arrayOf(arrays: Readonly<Record<string, Uint8Array>>, name: string): NpyArray {
  const bytes = arrays[`${name}.npy`]
  if (bytes === undefined)
    throw new RangeError(`timit.npz has no ${name}; it has ${Object.keys(arrays).join(', ') || 'nothing'}.`)
  return parseNpy(bytes)
}

function states({ type, data }: NpyArray, name: string): Uint16Array {
  if (data instanceof Float32Array || data instanceof Float64Array)
    throw new RangeError(`${name} has type ${type}; it must be of whole numbers, e.g. <i8.`)
  const labels = new Uint16Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const label = Number(data[i])
    if (label < 0 || label >= classes)
      throw new RangeError(`${name} has the class ${label}; classes are from 0 to ${classes - 1}.`)
    labels[i] = label
  }
  return labels
}
