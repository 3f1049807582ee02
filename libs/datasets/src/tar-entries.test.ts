import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create } from 'tar'
import { expect, test } from 'vitest'
import { tarEntries, tarEntriesWhere } from './tar-entries.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

async function madeUpArchive(gzip: boolean): Promise<Buffer> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'package'))
  await writeFile(join(folder, 'package', 'big'), Buffer.alloc(200_000, 7))
  await writeFile(join(folder, 'package', 'empty'), '')
  await create({ cwd: folder, file: join(folder, 'archive'), gzip }, ['package'])
  return readFile(join(folder, 'archive'))
}

test.each([true, false])('gives the files asked for, in that order; gzipped: %s', async gzip => {
  const entries = await tarEntries(await madeUpArchive(gzip), ['package/empty', 'package/big'])
  expect(entries).toEqual([Buffer.of(), Buffer.alloc(200_000, 7)])
})

test('names a file that is not there', async () => {
  await expect(tarEntries(await madeUpArchive(true), ['package/none'])).rejects.toThrow(
    'There is no package/none in the archive.',
  )
})

test('refuses what is no archive, or is cut', async () => {
  await expect(tarEntries(Buffer.alloc(2000, 'no archive'), ['a'])).rejects.toThrow('checksum')
  const archive = await madeUpArchive(true)
  await expect(tarEntries(archive.subarray(0, archive.length / 2), ['package/big'])).rejects.toThrow()
})

test('gives all files that are wanted, with their paths', async () => {
  const all = await tarEntriesWhere(await madeUpArchive(true), path => path.startsWith('package/e'))
  expect([...all]).toEqual([['package/empty', Buffer.of()]])
})
