import { expect, test, vi } from 'vitest'
import { mends, probeAll } from './mends/mends.ts'
import { flatland, plainTslab } from './mends/tested-kernel.ts'

const rows = (wanted: (mend: (typeof mends)[number]) => boolean) => mends.filter(wanted).map(({ row }) => row)

// Plain tslab hangs in some rows until their time is over.
vi.setConfig({ testTimeout: 180_000 })

test('flatland has every row right', async () => {
  const verdicts = await probeAll(flatland)
  expect(rows(({ row }) => verdicts.get(row) !== true)).toEqual([])
})

test('plain tslab has none of the mended rows right, so each probe can fail', async () => {
  const verdicts = await probeAll(plainTslab)
  expect(rows(({ row }) => verdicts.get(row) === true)).toEqual(
    rows(({ alsoPlain }) => alsoPlain !== undefined),
  )
})
