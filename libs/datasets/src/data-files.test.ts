import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { readDataFiles, writeWhole } from './data-files.ts'
import type { DataFiles } from './data-files.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const files: DataFiles = {
  name: 'Made-up',
  folder: 'made-up',
  hashes: {
    abc: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    empty: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  },
  byHand: 'abc and empty.',
}

const bringAll = vi.fn(async (folder: string) => {
  await writeWhole(join(folder, 'abc'), Buffer.from('abc'))
  await writeWhole(join(folder, 'empty'), Buffer.of())
})

let folder = ''

beforeEach(async () => {
  const cache = await temporaryFolder()
  folder = join(cache, 'datasets', 'made-up')
  vi.stubEnv('FLATLAND_CACHE', cache)
  bringAll.mockClear()
  return () => vi.unstubAllEnvs()
})

test('fetches on first use only', async () => {
  const contents = [Buffer.from('abc'), Buffer.of()]
  expect(await readDataFiles(files, bringAll)).toEqual(contents)
  expect(await readDataFiles(files, bringAll)).toEqual(contents)
  expect(bringAll.mock.calls).toEqual([[folder]])
})

test('fetches if only some are there', async () => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'abc'), 'abc')
  expect(await readDataFiles(files, bringAll)).toHaveLength(2)
  expect(bringAll).toHaveBeenCalledOnce()
})

test('says where to put what when it cannot be fetched', async () => {
  const offline = () => Promise.reject(new Error('No network.'))
  await expect(readDataFiles(files, offline)).rejects.toThrow(
    'Made-up is not in the cache and could not be fetched. No network.\n' +
      'Run again with a network (behind a proxy with NODE_USE_ENV_PROXY=1), ' +
      `or put into ${folder} by hand abc and empty.`,
  )
  // The folder it names is there to put them into.
  await bringAll(folder)
  expect(await readDataFiles(files, offline)).toHaveLength(2)
})

test('a damaged file is set aside, and fetched afresh by the next call', async () => {
  await readDataFiles(files, bringAll)
  await writeFile(join(folder, 'abc'), 'abd')
  await expect(readDataFiles(files, bringAll)).rejects.toThrow(
    `set aside as ${join(folder, 'abc.wrong-hash')}`,
  )
  expect(await readdir(folder)).toEqual(['abc.wrong-hash', 'empty'])
  expect(await readDataFiles(files, bringAll)).toHaveLength(2)
})

test('a file that was fetched wrong is not used either', async () => {
  const bringWrong = (to: string) => bringAll(to).then(() => writeFile(join(to, 'abc'), 'abd'))
  await expect(readDataFiles(files, bringWrong)).rejects.toThrow('wrong-hash')
})

test('writeWhole puts a new file in the place of the old one, which nobody sees half overwritten', async () => {
  const target = await temporaryFolder()
  await writeFile(join(target, 'a'), 'old')
  await link(join(target, 'a'), join(target, 'seen before'))
  await writeWhole(join(target, 'a'), Buffer.from('new'))
  expect(await readFile(join(target, 'a'), 'utf8')).toBe('new')
  expect(await readFile(join(target, 'seen before'), 'utf8')).toBe('old')
})

test('writeWhole leaves nothing behind when it fails', async () => {
  const target = await temporaryFolder()
  await mkdir(join(target, 'a', 'in the way'), { recursive: true })
  await expect(writeWhole(join(target, 'a'), Buffer.of())).rejects.toThrow()
  expect(await readdir(target)).toEqual(['a'])
})
