import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cut, piecesOf } from './gradient-pieces.ts'

const mlp: Cut = { network: { kind: 'mlp', hidden: [] }, data: { name: 'mnist' }, microBatch: null }
const ghosts = (ghostBatch: number | null): Cut => ({
  ...mlp,
  network: { kind: 'F1', width: 8, ghostBatch },
})
const ranksOf = (cut: Cut, size: number, ranks: number) =>
  Array.from({ length: ranks }, (_, rank) => piecesOf(cut, size, { rank, ranks }))
const sizes = (cut: Cut, size: number, ranks: number): number[][] =>
  ranksOf(cut, size, ranks).map(pieces => pieces.map(each => each.size))

test('a batch is cut as evenly as can be; micro-batches and ghost batches stay whole', () => {
  expect(sizes(mlp, 10, 3)).toEqual([[3], [3], [4]])
  expect(sizes({ ...mlp, microBatch: 2 }, 10, 2)).toEqual([
    [2, 2],
    [2, 2, 2],
  ])
  // The last ghost batch is the smaller one that it is in one process.
  expect(sizes(ghosts(4), 14, 2)).toEqual([[8], [6]])
  expect(sizes({ ...ghosts(4), microBatch: 4 }, 16, 2)).toEqual([
    [4, 4],
    [4, 4],
  ])
  expect(piecesOf(mlp, 10)).toEqual([{ index: 0, from: 0, size: 10 }])
})

test('the parts of all ranks are the batch, in order, and differ by one unit at most', () => {
  const cuts = fc.oneof(
    fc.constant(mlp),
    fc.integer({ min: 2, max: 9 }).map(ghosts),
    fc.integer({ min: 1, max: 9 }).map(microBatch => ({ ...mlp, microBatch })),
  )
  fc.assert(
    fc.property(
      cuts,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      (cut, units, ranks) => {
        const unit = cut.microBatch ?? ('ghostBatch' in cut.network ? (cut.network.ghostBatch ?? 1) : 1)
        const parts = ranksOf(cut, units * unit, ranks)
        const all = parts.flat()
        let next = 0
        for (const { from, size } of all) {
          expect(from).toBe(next)
          next += size
        }
        expect(next).toBe(units * unit)
        const counts = parts.map(pieces => pieces.reduce((sum, { size }) => sum + size, 0))
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(unit)
        // A micro-batch draws by its index: it is the same in one process.
        if (cut.microBatch !== null) expect(all).toEqual(piecesOf(cut, units * unit))
      },
    ),
  )
})
