import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'
import { expect, onTestFinished, test, vi } from 'vitest'
import { locateDebianPackage } from './debian-package.ts'
import { fashionMnist } from './fashion-mnist.ts'
import { channelStatistics, classCounts, toFourDecimals } from '../test/split-statistics.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

/** On a machine that has not fetched it yet, this includes a download of 31 MB. */
const patience = 600_000

const isCached = existsSync(join(cacheDirectory(), 'datasets', 'fashion-mnist', 'train-images-idx3-ubyte'))
const hasApt = await locateDebianPackage('dataset-fashion-mnist').then(
  () => true,
  () => false,
)

test.skipIf(!isCached && !hasApt)('is the whole of Fashion-MNIST', { timeout: patience }, async () => {
  const { train, test } = await fashionMnist()
  expect([train.size, test.size]).toEqual([60_000, 10_000])
  expect(train.shape).toEqual([28, 28, 1])
  expect(classCounts(train)).toEqual(Array(10).fill(6000))
  expect(classCounts(test)).toEqual(Array(10).fill(1000))
  expect(train.classes[train.labels[0] ?? -1]).toBe('Ankle boot')
  expect([...train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
  const { mean, std } = channelStatistics(train)
  expect(toFourDecimals(mean)).toEqual(train.mean)
  expect(toFourDecimals(std)).toEqual(train.std)
  expect([test.mean, test.std]).toEqual([train.mean, train.std])
})

test('without apt, the error names the files and where to put them by hand', async () => {
  const cache = await temporaryFolder()
  vi.stubEnv('FLATLAND_CACHE', cache)
  vi.stubEnv('PATH', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const error = await fashionMnist().catch(String)
  expect(error).toContain('there is no apt-get on this machine')
  expect(error).toContain(
    `put into ${join(cache, 'datasets', 'fashion-mnist')} by hand the four files train-images-idx3-ubyte, `,
  )
})
