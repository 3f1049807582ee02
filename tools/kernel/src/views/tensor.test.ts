import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { mimeBundle } from '../display.ts'

beforeAll(async () => {
  // Else the backend greets.
  tf.env().set('IS_TEST', true)
  await tf.setBackend('cpu')
})

function shown(value: object): { text: string; html: string } {
  const bundle = mimeBundle(value) as Record<string, string>
  return { text: bundle['text/plain'] ?? '', html: bundle['text/html'] ?? '' }
}

const text = (value: object) => shown(value).text

test('a matrix: type, shape, extent, values', () => {
  const { text, html } = shown(
    tf.tensor2d([
      [0.123456, -1000],
      [2e-7, 3],
    ]),
  )
  expect(text).toBe(
    [
      'Tensor · float32 · [2, 2] · from -1000 to 3',
      '        0      1',
      '0  0.1235  -1000',
      '1    2e-7      3',
    ].join('\n'),
  )
  expect(html).toContain('>Tensor · float32 · [2, 2] · from -1000 to 3</caption>')
  expect(html).toContain('>0.1235</td>')
})

test.each([
  ['a scalar', () => tf.scalar(2.5), 'Tensor · float32 · scalar\n2.5'],
  ['a vector', () => tf.tensor1d([1, 2]), 'Tensor · float32 · [2] · from 1 to 2\n   0  1\n0  1  2'],
  ['one number', () => tf.tensor1d([7]), 'Tensor · float32 · [1]\n7'],
  [
    'whole numbers',
    () => tf.tensor1d([123456789, -1], 'int32'),
    '[2] · from -1 to 123456789\n           0   1\n0  123456789  -1',
  ],
  [
    'truth values',
    () => tf.tensor1d([true, false], 'bool'),
    'Tensor · bool · [2]\n      0      1\n0  true  false',
  ],
  ['texts', () => tf.tensor1d(['a"b', 'ü']), 'Tensor · string · [2]\n        0    1\n0  "a\\"b"  "ü"'],
  [
    'complex numbers',
    () => tf.complex([1, 0], [-2, 0.5]),
    'Tensor · complex64 · [2]\n        0         1\n0  1 - 2i  0 + 0.5i',
  ],
  ['no values', () => tf.zeros([0, 3]), 'Tensor · float32 · [0, 3] · no values'],
  [
    'more dimensions',
    () => tf.ones([4, 3, 1, 2]),
    '[4, 3, 1, 2] · the first matrix: [0, 0, :, :]\n   0  1\n0  1  1',
  ],
  [
    'a variable',
    () => tf.variable(tf.scalar(1), true, 'dense/bias'),
    'Variable dense/bias · float32 · scalar\n1',
  ],
])('%s', (_, make, expected) => {
  expect(text(make())).toContain(expected)
})

test('what is not finite is marked and counted', () => {
  const { text, html } = shown(tf.tensor1d([1, NaN, -Infinity, 3]))
  expect(text).toBe('Tensor · float32 · [4] · from 1 to 3 · 2 not finite\n   0    1   2  3\n0  1  NaN  -∞  3')
  expect(html.match(/<td[^>]*outline[^>]*>[^<]*/g)?.map(cell => cell.split('>')[1])).toEqual(['NaN', '-∞'])
})

test('a disposed one is said to be', () => {
  const tensor = tf.ones([2, 2])
  tensor.dispose()
  expect(text(tensor)).toBe('Tensor · float32 · [2, 2] · disposed: its values are gone')
})

test('ten rows and ten columns are shown, and dots where there are more', () => {
  const { text } = shown(tf.range(0, 12 * 11).reshape([12, 11]))
  const lines = text.split('\n')
  expect(lines).toHaveLength(13)
  expect(lines[11]?.split(/\s+/)).toEqual([
    '9',
    ...Array.from({ length: 10 }, (_, column) => String(99 + column)),
    '…',
  ])
  expect(lines[12]).toMatch(/^…(\s+…){11}$/)
})

describe('nothing stays behind, and of large ones only the corner is read', () => {
  test.each([
    ['small', [3, 4]],
    ['a large matrix', [2000, 1000]],
    ['a large vector', [2_000_000]],
    ['a large one of more dimensions', [3, 1000, 1000]],
    ['a large one with a narrow end', [400_000, 3]],
  ])('%s', (_, shape) => {
    const size = shape.reduce((product, length) => product * length)
    const tensor = tf.range(0, size, 1, 'int32').reshape(shape)
    const read = vi.spyOn(tensor, 'dataSync')
    const before = tf.memory().numTensors
    const lines = text(tensor).split('\n')
    expect(tf.memory().numTensors).toBe(before)
    expect(read).toHaveBeenCalledTimes(size > 1_000_000 ? 0 : 1)
    const columns = shape.at(-1) ?? 0
    const width = Math.min(10, columns)
    for (const row of shape.length === 1 ? [0] : [0, 1, 2]) {
      const expected = Array.from({ length: width }, (_, column) => String(row * columns + column))
      expect(
        lines[row + 2]
          ?.trim()
          .split(/\s+/)
          .slice(1, width + 1),
      ).toEqual(expected)
    }
    tensor.dispose()
  })
})

test('a tensor whose backend fails is shown as text', () => {
  const tensor = tf.ones([2])
  vi.spyOn(tensor, 'dataSync').mockImplementation(() => {
    throw new Error('the device is lost')
  })
  expect(shown(tensor).html).toBe('')
  expect(shown(tensor).text).toContain('Tensor')
})
