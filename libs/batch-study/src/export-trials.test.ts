import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { record } from '../test/record.ts'
import { curveRows, toCsv, toParquet, type TrialRow, trialRows } from './export-trials.ts'

const records = [record(1), record(2)]
const [, second] = records

test('one row for each trial, with its last point', () => {
  const rows = trialRows(records)
  expect(rows).toHaveLength(2)
  expect(rows[1]).toMatchObject({
    key: second?.key,
    data: 'mnist',
    rule: '{"rule":"sgd","weightDecay":0}',
    learningRate: 0.1,
    schedule: null,
    batchSize: 32,
    seed: 2,
    update: 63,
    trainLoss: 0.52,
    updatesToTarget: null,
    updateMilliseconds: 0.2,
    end: 'completed',
  })
})

test('one row for each point of each curve', () => {
  expect(curveRows(records).map(({ seed, update }) => [seed, update])).toEqual([
    [1, 0],
    [1, 63],
    [2, 0],
    [2, 63],
  ])
})

test.each([
  ['trials', trialRows(records)],
  ['curves', curveRows(records)],
] as [string, TrialRow[]][])(
  // prettier-ignore
  'Parquet gives %s back: numbers, texts and nothing',
  async (_, rows) => {
    const bytes = toParquet(rows)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    expect(await parquetReadObjects({ file })).toEqual(rows)
  },
)

test('CSV has a line of names, quotes what has to be, and leaves nothing empty', () => {
  const rows: TrialRow[] = [
    { name: 'a "b", c', value: 0.1, missing: null },
    { name: 'línea\nnueva', value: -1e-9, missing: null },
  ]
  expect(toCsv(rows)).toBe('name,value,missing\n"a ""b"", c",0.1,\n"línea\nnueva",-1e-9,\n')
})

test('nothing to export is refused', () => {
  expect(() => toCsv([])).toThrow('there is no row to export')
  expect(() => toParquet(trialRows([]))).toThrow('there is no row to export')
})
