import { channelStatistics } from './channel-statistics.ts'
import { readChecked } from './checked-file.ts'
import type { Hash } from './checked-file.ts'
import { decodeCifar10 } from './cifar10-binary.ts'
import { createSplit } from './dataset.ts'
import type { Dataset, ImageSplit, SplitKind } from './dataset.ts'
import { tarEntries } from './tar-entries.ts'
import { locateUserFile } from './user-file.ts'

/** Krizhevsky publishes an MD5 sum alone. */
const published: Hash = 'md5:03b5dce01913d631647c71ecec9e9cb8'

const archive = {
  name: 'CIFAR-100',
  folder: 'cifar100',
  file: 'cifar-100-binary.tar.gz',
  instruction:
    'No package registry has it: put it there by hand, from the page of A. Krizhevsky on the CIFAR data sets, ' +
    `"CIFAR-100 binary version" (161 MB, ${published}).`,
}

const entries = ['train.bin', 'test.bin', 'fine_label_names.txt'].map(name => `cifar-100-binary/${name}`)

/**
 * CIFAR-100 with its 100 fine classes: 50000 training and 10000 test photographs, 32 × 32 × 3 bytes (RGB). No package registry
 * has it, so the user puts the published `cifar-100-binary.tar.gz` into `<cache>/datasets/cifar100`.
 *
 * @throws Error if the archive is not there: the message says what to put where. Error if its MD5 sum is not the published one;
 * it is then set aside as `<file>.wrong-hash`.
 * @see A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 * @example
 * const { train } = await cifar100()
 * train.classes[0] // 'apple'
 */
export function cifar100(): Promise<Dataset<ImageSplit>> {
  return cifar100From(published)
}

/** CIFAR-100 from an archive with another hash. */
export async function cifar100From(expected: Hash): Promise<Dataset<ImageSplit>> {
  const path = await locateUserFile(archive)
  const bytes = await readChecked(path, { expected, remedy: 'Put the published one there.' })
  const [train, test, names] = await tarEntries(bytes, entries)
  const [trained, tested] = [train, test].map(file => decodeCifar10(file ? [file] : [], 2))
  if (!trained || !tested || !names) throw new Error('The archive of CIFAR-100 is not whole.')
  const kind: SplitKind = {
    shape: [32, 32, 3],
    classes: names.toString().trim().split(/\s+/),
    ...channelStatistics(trained.images, 3),
  }
  return Object.freeze({
    name: archive.name,
    train: createSplit(trained.images, trained.labels, kind),
    test: createSplit(tested.images, tested.labels, kind),
    licence: 'not stated',
    source: 'A. Krizhevsky, V. Nair and G. Hinton; the "CIFAR-100 binary version", put there by hand',
  })
}
