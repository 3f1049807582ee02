import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readChecked } from './checked-file.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

// The test vectors "abc" of FIPS 180-4.
const sha256 = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const remedy = 'Do something.'

test('gives the bytes of the expected file', async () => {
  const path = join(await temporaryFolder(), 'abc')
  await writeFile(path, 'abc')
  expect(await readChecked(path, { expected: sha256, remedy })).toEqual(Buffer.from('abc'))
  // RFC 1321.
  const md5 = 'md5:900150983cd24fb0d6963f7d28e17f72'
  expect(await readChecked(path, { expected: md5, remedy })).toEqual(Buffer.from('abc'))
  const sha512 = `sha512:${createHash('sha512').update('abc').digest('hex')}` as const
  expect(await readChecked(path, { expected: sha512, remedy })).toEqual(Buffer.from('abc'))
})

test('sets a wrong file aside and says what was expected, found, done, and can be done', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'abc')
  await writeFile(path, 'abd')
  await expect(readChecked(path, { expected: sha256, remedy })).rejects.toThrow(
    `The contents of ${path} are not the expected ones: ` +
      'sha256:a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9 ' +
      `instead of ${sha256}. The file was set aside as ${path}.wrong-hash and is not used. Do something.`,
  )
  expect(await readdir(folder)).toEqual(['abc.wrong-hash'])
})

test('refuses a wrong file also when it cannot be set aside', async () => {
  const path = join(await temporaryFolder(), 'abc')
  await writeFile(path, 'abd')
  await mkdir(join(`${path}.wrong-hash`, 'in the way'), { recursive: true })
  await expect(readChecked(path, { expected: sha256, remedy })).rejects.toThrow('could not be set aside')
})

test('says what to do about a missing file', async () => {
  const path = join(await temporaryFolder(), 'abc')
  await expect(readChecked(path, { expected: sha256, remedy })).rejects.toThrow(
    /abc cannot be read .*ENOENT.* Do something\.$/,
  )
})
