import { expect, test } from 'vitest'
import { curveTable, throughputChart, timeChart } from './curve.ts'
import type { PartResult } from './result.ts'
import { exampleCurve, exampleResult, exampleSteps } from './test-support.ts'

const result = { ...exampleResult, ...exampleCurve }
const [curve] = exampleCurve.parts as [PartResult]

test('the table has the times, the ratios, the examples a second and the bound', () => {
  const { header, rows, notes } = curveTable(curve, result)
  expect(header).toEqual([
    'batch size',
    'PyTorch, ms',
    'native, ms',
    'native × PyTorch',
    'PyTorch, examples/s',
    'native, examples/s',
    'bound on 1 thread, ms',
  ])
  // 3·4 + 4·2 weights, 12 of the first layer, 26 parameters: 16·(6·20 − 2·12) + 2·26 operations at 10⁶ a second.
  expect(rows[1]).toEqual(['16', '16', '8', '0.5 [0.5 … 0.5]', '1000', '2000', '1.59'])
  expect(notes[0]).toBe(
    'The machine on 1 thread: 0.001 Gflop/s in a matrix product of float32; copying, read and written, ' +
      '0.001 GB/s in memory and 0.002 GB/s in arrays as large as the parameters.',
  )
})

test('a time below the bound is told, for it was not one then', () => {
  const peaks = [{ threads: 1, flops: 100, memory: 1e6, cache: 1e6 }]
  expect(curveTable(curve, { ...result, peaks }).notes).toContain(
    'native is below that bound at batch size 1, 16: the machine was slower when its speed was measured.',
  )
  expect(curveTable(curve, result).notes.join(' ')).not.toContain('below that bound')
})

test('the charts have a line for each runner, and one for each bound', async () => {
  const time = timeChart(curve, result)
  expect(time.table).toMatch(/native +16 +8/)
  expect(time.table).toMatch(/bound, 1 thread +16 +1\.588/)
  const throughput = throughputChart(curve, result)
  expect(throughput.table).toMatch(/native +16 +2000/)
  for (const chart of [time, throughput]) {
    expect(chart.heading).toContain('PyTorch 2, TensorFlow 2; A processor, threads: 2; medians of 2 rounds')
    expect(chart.spec).toMatchObject({
      layer: [{ encoding: { x: { scale: { type: 'log' } }, y: { scale: { type: 'log' } } } }],
    })
    const svg = await chart.svg()
    for (const name of ['PyTorch', 'native', 'bound, 1 thread']) expect(svg).toContain(`>${name}</text>`)
  }
})

test('where the machine was not measured there is no bound', () => {
  const { peaks, ...without } = result
  expect(peaks).toBeDefined()
  expect(curveTable(curve, without).header).not.toContain('bound on 1 thread, ms')
  expect(timeChart(curve, without).table).not.toContain('bound')
})

test('a network whose arithmetic is not counted has no roofline', () => {
  const [first] = exampleSteps.cases as [PartResult['cases'][number]]
  const network = { kind: 'cnn', image: [4, 4, 1], filters: [1, 1], hidden: [1, 1], classes: 2 } as const
  const cases = [{ ...first, network }]
  expect(() => curveTable({ ...curve, cases }, result)).toThrow('there is no roofline of a cnn')
})
