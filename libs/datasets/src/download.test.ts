import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { download } from './download.ts'
import type { Download } from './download.ts'
import { serveFile } from '../test/file-server.ts'
import type { Answer } from '../test/file-server.ts'
import type { OnProgress } from './progress.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const contents = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * i) % 251))
const half = contents.length / 2

/** A server with that script, and a download from it whose connection is cut when the server has sent half. */
async function setUp(...script: Answer[]) {
  const folder = await temporaryFolder()
  const server = await serveFile(contents, script)
  onTestFinished(server.close)
  const onProgress = vi.fn<OnProgress>(done => {
    if (done === half) server.cut()
  })
  const wanted: Download = {
    file: join(folder, 'data.bin'),
    size: contents.length,
    hash: `sha512:${createHash('sha512').update(contents).digest('hex')}`,
    locate: vi.fn(() => Promise.resolve(server.url)),
    onProgress,
  }
  const received: Buffer[] = []
  const unpack = (bytes: Buffer) => {
    received.push(bytes)
    return Promise.resolve()
  }
  return { folder, server, wanted, onProgress, received, unpack }
}

test('gives the bytes, reports progress, and leaves nothing behind', async () => {
  const { folder, wanted, onProgress, received, unpack, server } = await setUp('range')
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(await readdir(folder)).toEqual([])
  expect(server.requests[0]?.range).toBeUndefined()
  const dones = onProgress.mock.calls.map(([done]) => done)
  expect(dones[0]).toBe(0)
  expect(dones.at(-1)).toBe(contents.length)
  expect(dones).toEqual(dones.toSorted((a, b) => a - b))
  expect(dones.length).toBeLessThanOrEqual(102)
  expect(onProgress).toHaveBeenLastCalledWith(
    contents.length,
    contents.length,
    'data.bin: downloading (bytes)',
  )
})

test('goes on by itself when the line drops', async () => {
  const { wanted, received, unpack, server } = await setUp('half', 'range')
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(server.requests.map(headers => headers.range)).toEqual([undefined, `bytes=${half}-`])
})

test('keeps what has arrived when the server stays away, and the next call goes on from there', async () => {
  const { folder, wanted, received, unpack, server } = await setUp('half', 'busy', 'range')
  await expect(download(wanted, unpack)).rejects.toThrow(
    'The download of data.bin stopped (0.2 of 0.4 MB are kept: run again to go on from there): ' +
      'the server answers 503 Service Unavailable.',
  )
  expect(received).toEqual([])
  expect(await readFile(join(folder, 'data.bin.part'))).toEqual(contents.subarray(0, half))
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(server.requests.at(-1)?.range).toBe(`bytes=${half}-`)
  expect(await readdir(folder)).toEqual([])
})

test('starts over with a server that knows no ranges', async () => {
  const { wanted, received, unpack } = await setUp('half', 'whole')
  await download(wanted, unpack)
  expect(received).toEqual([contents])
})

test('refuses a range that was not asked for', async () => {
  const { wanted, received, unpack } = await setUp('half', 'misplaced')
  await expect(download(wanted, unpack)).rejects.toThrow('another range than the one asked for')
  expect(received).toEqual([])
})

test('sets a file with the wrong hash aside, and fetches afresh the next time', async () => {
  const { folder, wanted, received, unpack, server } = await setUp('range')
  const wrong = { ...wanted, hash: 'sha512:00' } as const
  const aside = join(folder, 'data.bin.wrong-hash')
  await expect(download(wrong, unpack)).rejects.toThrow(
    `${wanted.hash} instead of sha512:00. The file was set aside as ${aside}`,
  )
  expect(received).toEqual([])
  expect(await readdir(folder)).toEqual(['data.bin.wrong-hash'])
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(server.requests.map(headers => headers.range)).toEqual([undefined, undefined])
})

test('uses a file put there by hand without asking anybody', async () => {
  const { wanted, received, unpack, server } = await setUp('range')
  await writeFile(wanted.file, contents)
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(wanted.locate).not.toHaveBeenCalled()
  expect(server.requests).toEqual([])
})

test('keeps the whole file when unpacking fails', async () => {
  const { wanted, received, unpack, server } = await setUp('range')
  await expect(download(wanted, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
  await download(wanted, unpack)
  expect(received).toEqual([contents])
  expect(server.requests).toHaveLength(1)
})

test('two at once do not disturb each other', async () => {
  const { folder, wanted, received, unpack } = await setUp('range')
  await Promise.all([download(wanted, unpack), download(wanted, unpack)])
  expect(received).toEqual([contents, contents])
  expect(await readdir(folder)).toEqual([])
})

test('says why a server cannot be reached', async () => {
  const { wanted, unpack } = await setUp('range')
  const dead = { ...wanted, locate: () => Promise.resolve('http://127.0.0.1:1/data.bin') }
  await expect(download(dead, unpack)).rejects.toThrow(
    /^The download of data\.bin stopped: fetch failed, .+\.$/,
  )
})
