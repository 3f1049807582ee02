import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create } from 'tar'
import { beforeEach, expect, test, vi } from 'vitest'
import { cifar100, cifar100From } from './cifar100.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

let folder = ''

beforeEach(async () => {
  const cache = await temporaryFolder()
  folder = join(cache, 'datasets', 'cifar100')
  vi.stubEnv('FLATLAND_CACHE', cache)
  return () => vi.unstubAllEnvs()
})

/** An image of one colour with a coarse and a fine label, as a record. */
const record = (coarse: number, fine: number, rgb: readonly number[]): number[] => [
  coarse,
  fine,
  ...rgb.flatMap(each => Array<number>(1024).fill(each)),
]

/** An archive of two training images and a test image, in place. @returns its hash */
async function putArchive() {
  const made = await temporaryFolder()
  const inside = join(made, 'cifar-100-binary')
  await mkdir(inside)
  await writeFile(join(inside, 'train.bin'), Uint8Array.from([...record(9, 0, [0, 51, 255]), ...record(9, 2, [255, 51, 0])])) // prettier-ignore
  await writeFile(join(inside, 'test.bin'), Uint8Array.from(record(0, 1, [1, 2, 3])))
  await writeFile(join(inside, 'fine_label_names.txt'), 'apple\naquarium_fish\nbaby\n\n')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'cifar-100-binary.tar.gz')
  await create({ cwd: made, file, gzip: true }, ['cifar-100-binary'])
  return `md5:${createHash('md5')
    .update(await readFile(file))
    .digest('hex')}` as const
}

test('takes the fine labels with their names, and images as height × width × channel', async () => {
  const { train, test } = await cifar100From(await putArchive())
  expect([train.size, test.size, train.shape]).toEqual([2, 1, [32, 32, 3]])
  expect(train.classes).toEqual(['apple', 'aquarium_fish', 'baby'])
  expect([train.labels, test.labels]).toEqual([Uint8Array.of(0, 2), Uint8Array.of(1)])
  expect([...train.images.subarray(0, 6)]).toEqual([0, 51, 255, 0, 51, 255])
  expect([...test.images.subarray(3069)]).toEqual([1, 2, 3])
  expect([train.mean, train.std]).toEqual([
    [0.5, 0.2, 0.5],
    [0.5, 0, 0.5],
  ])
  expect(test.mean).toBe(train.mean)
})

test('without the archive, the error says what to put where, and the folder is there', async () => {
  const error = await cifar100().catch(String)
  expect(error).toContain(`there is no ${join(folder, 'cifar-100-binary.tar.gz')}`)
  expect(error).toContain('"CIFAR-100 binary version" (161 MB, md5:03b5dce01913d631647c71ecec9e9cb8)')
  expect(await readdir(folder)).toEqual([])
})

test('another archive than the published one is set aside, not used', async () => {
  await putArchive()
  await expect(cifar100()).rejects.toThrow('instead of md5:03b5dce01913d631647c71ecec9e9cb8')
  expect(await readdir(folder)).toEqual(['cifar-100-binary.tar.gz.wrong-hash'])
})
