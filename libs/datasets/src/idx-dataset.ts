import { createSplit } from './dataset.ts'
import type { ImageSplit, SplitKind } from './dataset.ts'
import { parseIdx } from './idx.ts'

/** The names of the four files MNIST was published in, and Fashion-MNIST after it. */
export const idxFiles = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const

/**
 * Both splits from the bytes of the four files, in the order of `idxFiles`.
 *
 * @throws RangeError if a file is not IDX, or the files do not fit each other.
 */
export function idxSplits(
  files: readonly Uint8Array[],
  kind: SplitKind,
): { train: ImageSplit; test: ImageSplit } {
  const [trainImages, trainLabels, testImages, testLabels] = files.map(file => parseIdx(file).data)
  if (!trainImages || !trainLabels || !testImages || !testLabels) {
    throw new RangeError(`An IDX data set has four files, not ${files.length}.`)
  }
  return {
    train: createSplit(trainImages, trainLabels, kind),
    test: createSplit(testImages, testLabels, kind),
  }
}
