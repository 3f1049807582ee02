import { closeSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gradientBoard, openBoardFile } from './gradient-board.ts'

const [ranks, size] = [3, 5]
let file: number
beforeEach(() => {
  file = openBoardFile(ranks, size)
})
afterEach(() => {
  closeSync(file)
})

const boards = () => [0, 1, 2].map(rank => gradientBoard(file, { rank, ranks }, size))
const filled = (value: number): Float32Array => new Float32Array(size).fill(value)

test('all ranks get the same sum, in the order of ranks, whoever is first', () => {
  const all = boards()
  // In float32 the order of these is seen: (1 + 2⁻²⁴) + 2⁻²⁴ = 1, and 1 + (2⁻²⁴ + 2⁻²⁴) is not.
  const own = [1, 2 ** -24, 2 ** -24].map(filled)
  for (const rank of [2, 0, 1]) all[rank]?.put(own[rank] ?? filled(NaN))
  for (const rank of [1, 2, 0]) expect(all[rank]?.sum(own[rank] ?? filled(NaN))).toEqual(filled(1))
})

test('a rank that is a round ahead does not disturb those that still read', () => {
  const [first, second, third] = boards()
  for (const board of [first, second, third]) board?.put(filled(1))
  expect(second?.sum(filled(1))).toEqual(filled(3))
  second?.put(filled(5))
  expect(first?.sum(filled(1))).toEqual(filled(3))
  expect(third?.sum(filled(1))).toEqual(filled(3))
  first?.put(filled(7))
  third?.put(filled(9))
  expect(first?.sum(filled(7))).toEqual(filled(21))
})

test('a gradient of another size is refused, and one that nobody has put', () => {
  const [first] = boards()
  const message = 'a gradient of 4 numbers was given; it must have 5'
  expect(() => first?.put(new Float32Array(4))).toThrow(message)
  first?.put(filled(1))
  expect(() => first?.sum(new Float32Array(4))).toThrow(message)
  expect(() => first?.sum(filled(1))).toThrow('a gradient of 20 bytes ends after 0')
})

test('its file has no name: nothing is left where files are', () => {
  const names = [tmpdir(), '/dev/shm'].flatMap(folder => {
    try {
      return readdirSync(folder)
    } catch {
      return []
    }
  })
  expect(names.filter(name => name.startsWith('gradients-'))).toEqual([])
})
