import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { beforeEach, expect, test, vi } from 'vitest'
import { pixels } from './pixels.ts'
import { timit } from './timit.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

let folder = ''

beforeEach(async () => {
  const cache = await temporaryFolder()
  folder = join(cache, 'datasets', 'timit')
  vi.stubEnv('FLATLAND_CACHE', cache)
  return () => vi.unstubAllEnvs()
})

/** A .npy file of version 1. */
function npy(type: string, shape: readonly number[], data: NodeJS.TypedArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dict = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, dict.length, 0])
  return Buffer.concat([start, Buffer.from(dict), Buffer.from(data.buffer)])
}

const x = (size: number): Uint8Array =>
  npy(
    '<f4',
    [size, 360],
    Float32Array.from({ length: 360 * size }, (_, i) => Math.sin(i * i)),
  )

const good = (): Record<string, Uint8Array> => ({
  'x_train.npy': x(3),
  'y_train.npy': npy('<i8', [3], BigInt64Array.of(0n, 1972n, 300n)),
  'x_test.npy': x(2),
  'y_test.npy': npy('<u2', [2], Uint16Array.of(4, 5)),
})

async function put(arrays: Record<string, Uint8Array>, sum?: string): Promise<void> {
  const bytes = zipSync(arrays)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'timit.npz'), bytes)
  const own = `${createHash('sha256').update(bytes).digest('hex')}  timit.npz\n`
  await writeFile(join(folder, 'timit.npz.sha256'), sum ?? own)
}

test('reads features and states, with the mean and deviation of each feature', async () => {
  await put(good())
  const { train, test } = await timit()
  expect([train.size, test.size, train.shape, train.classes.length]).toEqual([3, 2, [1, 1, 360], 1973])
  expect([train.labels, test.labels]).toEqual([Uint16Array.of(0, 1972, 300), Uint16Array.of(4, 5)])
  expect(train.images[361]).toBe(Math.fround(Math.sin(361 ** 2)))
  const standard = pixels(train)
  const first = [0, 360, 720].map(i => standard[i] ?? NaN)
  expect(first.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 5)
  expect(first.reduce((sum, each) => sum + each * each, 0) / 3).toBeCloseTo(1, 5)
  expect(test.mean).toBe(train.mean)
})

test('without the file, the error says what to make and where to put it, and the folder is there', async () => {
  const error = await timit().catch(String)
  expect(error).toContain(`there is no ${join(folder, 'timit.npz')}`)
  expect(error).toContain('np.savez of x_train [n, 360]')
  expect(error).toContain('speechLike()')
  expect(await readdir(folder)).toEqual([])
})

test('without its sum, too', async () => {
  await put(good())
  await rm(join(folder, 'timit.npz.sha256'))
  await expect(timit()).rejects.toThrow(`there is no ${join(folder, 'timit.npz.sha256')}`)
})

test('a sum in another format is refused', async () => {
  await put(good(), 'abc')
  await expect(timit()).rejects.toThrow('is no line of sha256sum for timit.npz')
})

test('a file with another sum is set aside, not used', async () => {
  await put(good(), `${'0'.repeat(64)} *timit.npz\n`)
  await expect(timit()).rejects.toThrow('if it is right, or make it again')
  expect(await readdir(folder)).toContain('timit.npz.wrong-hash')
})

test.each<[string, Record<string, Uint8Array>, string]>([
  [
    '59 frames',
    { 'x_train.npy': npy('<f4', [3, 59], new Float32Array(177)) },
    'x_train has shape [3,59] and type <f4',
  ],
  [
    'float64',
    { 'x_test.npy': npy('<f8', [2, 360], new Float64Array(720)) },
    'x_test has shape [2,360] and type <f8',
  ],
  ['other sizes', { 'y_train.npy': npy('<u2', [2], Uint16Array.of(4, 5)) }, 'x_train has shape [3,360]'],
  [
    'labels in a column',
    { 'y_test.npy': npy('<u2', [2, 1], Uint16Array.of(4, 5)) },
    'y_test has shape [2,1]',
  ],
  ['none', { 'x_test.npy': x(0), 'y_test.npy': npy('<u2', [0], new Uint16Array()) }, 'y_test has shape [0]'],
  ['class 1973', { 'y_test.npy': npy('<u2', [2], Uint16Array.of(4, 1973)) }, 'y_test has the class 1973'],
  ['class −1', { 'y_test.npy': npy('<i4', [2], Int32Array.of(-1, 0)) }, 'y_test has the class -1'],
  ['real labels', { 'y_test.npy': npy('<f4', [2], Float32Array.of(1, 2)) }, 'y_test has type <f4'],
  [
    'what is not finite',
    { 'x_test.npy': npy('<f4', [2, 360], new Float32Array(720).fill(Infinity, 719)) },
    'x_test has Infinity at example 1',
  ],
])('refuses %s', async (_, arrays, message) => {
  await put({ ...good(), ...arrays })
  await expect(timit()).rejects.toThrow(message)
})

test('refuses an archive without one of the arrays', async () => {
  await put({ 'x_train.npy': x(3) })
  await expect(timit()).rejects.toThrow('timit.npz has no y_train; it has x_train.npy.')
})
