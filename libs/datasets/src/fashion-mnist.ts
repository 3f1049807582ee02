import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Hash } from './checked-file.ts'
import { readDataFiles, writeWhole } from './data-files.ts'
import type { DataFiles } from './data-files.ts'
import type { Dataset, ImageSplit, SplitKind } from './dataset.ts'
import { debianFiles, locateDebianPackage } from './debian-package.ts'
import { download } from './download.ts'
import { idxFiles, idxSplits } from './idx-dataset.ts'
import type { FetchOptions } from './progress.ts'
import { tarEntries } from './tar-entries.ts'

const kind: SplitKind = {
  shape: [28, 28, 1],
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  mean: [0.286],
  std: [0.353],
}

const hashes: Record<(typeof idxFiles)[number], Hash> = {
  'train-images-idx3-ubyte': 'sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  'train-labels-idx1-ubyte': 'sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  't10k-images-idx3-ubyte': 'sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  't10k-labels-idx1-ubyte': 'sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
}

const files: DataFiles = {
  name: 'Fashion-MNIST',
  folder: 'fashion-mnist',
  hashes,
  byHand:
    `the four files ${idxFiles.join(', ')}: the .gz files that Zalando Research publishes ` +
    `(or those in the Debian package dataset-fashion-mnist), unpacked with gunzip.`,
}

/**
 * Fashion-MNIST: 60000 training and 10000 test images of clothes, 28 × 28 × 1 bytes. On first use the Debian package
 * `dataset-fashion-mnist` (31 MB) is fetched through the user's apt, without root, and its files are kept in the cache (55 MB).
 *
 * @throws Error if it is neither cached nor to be fetched: the message names the files, and where to put them by hand. Error
 * if a hash is wrong; a wrong file is set aside as `<file>.wrong-hash`.
 * @see H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", arXiv:1708.07747, 2017.
 * @example const { train } = await fashionMnist({ onProgress: (done, total, label) => console.log(label, done / total) })
 */
export async function fashionMnist(options: FetchOptions = {}): Promise<Dataset<ImageSplit>> {
  const contents = await readDataFiles(files, folder => fetchFashionMnist(folder, options))
  return Object.freeze({
    name: files.name,
    ...idxSplits(contents, kind),
    licence: 'MIT',
    source: 'Zalando SE; from the Debian package dataset-fashion-mnist',
  })
}

async function fetchFashionMnist(folder: string, { onProgress }: FetchOptions): Promise<void> {
  const { url, size, hash } = await locateDebianPackage('dataset-fashion-mnist')
  const file = join(folder, 'dataset-fashion-mnist.deb')
  await download({ file, size, hash, locate: () => Promise.resolve(url), onProgress }, async (_, path) => {
    const paths = idxFiles.map(name => `./usr/share/datasets/fashion-mnist/${name}.gz`)
    const zipped = await tarEntries(await debianFiles(path), paths)
    await Promise.all(
      zipped.map((bytes, i) => writeWhole(join(folder, idxFiles[i] ?? ''), gunzipSync(bytes))),
    )
  })
}
