import { spawnSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claimPart, releasePart } from './part-file.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const endedProcess = spawnSync(process.execPath, ['--version']).pid

test('two claims at once give two paths, and what was left goes to one of them', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'a.tgz')
  await writeFile(`${file}.part`, 'left')
  const claims = await Promise.all([claimPart(file), claimPart(file), claimPart(file)])
  expect(new Set(claims).size).toBe(3)
  expect(await readdir(folder)).toHaveLength(1)
})

test('what is released can be claimed', async () => {
  const file = join(await temporaryFolder(), 'a.tgz')
  const mine = await claimPart(file)
  await writeFile(mine, 'half')
  await releasePart(mine, file)
  expect(await readFile(await claimPart(file), 'utf8')).toBe('half')
})

test('releasing a part that does not exist does nothing', async () => {
  const folder = await temporaryFolder()
  await releasePart(join(folder, 'none.part'), join(folder, 'none'))
  expect(await readdir(folder)).toEqual([])
})

test('takes over the part of a process that has ended', async () => {
  const file = join(await temporaryFolder(), 'a.tgz')
  await writeFile(`${file}.${endedProcess}-0.part`, 'half')
  expect(await readFile(await claimPart(file), 'utf8')).toBe('half')
})

test.each([
  ['of a running process', `a.tgz.${process.pid}-0.part`],
  ["of another user's running process", 'a.tgz.1-0.part'],
  ['of another file', 'b.tgz.part'],
  ['set aside', 'a.tgz.wrong-hash'],
])('leaves alone what is %s', async (_, other) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, other), 'theirs')
  await claimPart(join(folder, 'a.tgz'))
  expect(await readdir(folder)).toEqual([other])
})

test('prefers a whole file to a part', async () => {
  const file = join(await temporaryFolder(), 'a.tgz')
  await writeFile(`${file}.part`, 'half')
  await writeFile(file, 'whole')
  expect(await readFile(await claimPart(file), 'utf8')).toBe('whole')
})
