import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { debianFiles, locateDebianPackage, parseUri } from './debian-package.ts'
import { tarEntries } from './tar-entries.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

test.each(['SHA256', 'SHA512'])('reads what apt prints, with %s', algorithm => {
  const line = `'http://127.0.0.1/pool/m/made-up_1.0%7egit1_all.deb' made-up_1.0~git1_all.deb 1234 ${algorithm}:0af9\n`
  expect(parseUri(line)).toEqual({
    url: 'http://127.0.0.1/pool/m/made-up_1.0%7egit1_all.deb',
    size: 1234,
    hash: `${algorithm.toLowerCase()}:0af9`,
  })
})

test.each([
  ['another kind of source', "'file:/srv/made-up.deb' made-up.deb 1234 SHA256:0af9"],
  ['a weak hash', "'http://127.0.0.1/made-up.deb' made-up.deb 1234 MD5Sum:0af9"],
  ['no hash', "'http://127.0.0.1/made-up.deb' made-up.deb 1234 "],
])('refuses %s', (_, line) => {
  expect(() => parseUri(line)).toThrow(
    `apt-get gives no web address with a SHA-256 or SHA-512 hash, but: ${line.trim()}`,
  )
})

test('says that there is no apt', async () => {
  vi.stubEnv('PATH', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await expect(locateDebianPackage('made-up')).rejects.toThrow(
    'apt-get cannot find the package made-up: there is no apt-get on this machine',
  )
})

const dpkg = (...args: string[]) => promisify(execFile)('dpkg-deb', args)
const hasDpkg = await dpkg('--version').then(
  () => true,
  () => false,
)

test.skipIf(!hasDpkg)('unpacks a package', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'made-up', 'DEBIAN'), { recursive: true })
  const control =
    'Package: made-up\nVersion: 1\nArchitecture: all\nMaintainer: Nobody\nDescription: made up\n'
  await writeFile(join(folder, 'made-up', 'DEBIAN', 'control'), control)
  await writeFile(join(folder, 'made-up', 'data'), 'abc')
  const archive = join(folder, 'made-up.deb')
  await dpkg('--root-owner-group', '--build', join(folder, 'made-up'), archive)
  expect(await tarEntries(await debianFiles(archive), ['./data'])).toEqual([Buffer.from('abc')])
})
