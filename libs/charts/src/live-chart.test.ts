import { afterEach, describe, expect, test, vi } from 'vitest'
import { jupyterDisplay } from './chart.ts'
import { drawSvg, drawSvgNow } from './draw.ts'
import { lineChart } from './line-chart.ts'
import { liveChart, liveDisplay } from './live-chart.ts'

const axes = { x: { field: 'step', title: 'step' }, y: { field: 'loss', title: 'loss' } }
const options = { title: 'The loss falls', ...axes }
const series = { field: 'run', title: 'run' }

const falling = (steps: number) =>
  Array.from({ length: steps }, (_, step) => ({ step, loss: 1 / (step + 1) }))

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('without a notebook', () => {
  test('it collects rows, one or several at a time, as they are now', () => {
    const chart = liveChart(options)
    const row = { step: 0, loss: 1 }
    chart.add(row)
    row.loss = 7
    chart.add([
      { step: 1, loss: 0.5 },
      { step: 2, loss: 0.25 },
    ])
    chart.add([])
    expect(chart.rows).toEqual([0, 1, 2].map(step => ({ step, loss: 0.5 ** step })))
  })

  test('the rows it gives are a frozen copy', () => {
    const chart = liveChart(options)
    expect(chart.rows).toEqual([])
    chart.add({ step: 0, loss: 1 })
    const { rows } = chart
    expect(chart.rows).toBe(rows)
    chart.add({ step: 1, loss: 0.5 })
    expect(rows).toEqual([{ step: 0, loss: 1 }])
    expect(Object.isFrozen(rows) && Object.isFrozen(rows[0])).toBe(true)
    expect(chart.rows).toHaveLength(2)
  })

  test('its chart is the line chart of the rows', async () => {
    const chart = liveChart({ ...options, series })
    const rows = ['a', 'b'].flatMap(run => falling(10).map(row => ({ ...row, run })))
    for (const row of rows) chart.add(row)
    const expected = lineChart({ ...options, series, rows })
    expect(chart.chart().spec).toEqual(expected.spec)
    expect(await chart[jupyterDisplay]()).toEqual(await expected[jupyterDisplay]())
  })

  test('without a row it says so', async () => {
    const text = { 'text/plain': 'The loss falls\n\n(0 rows, none that can be drawn)' }
    expect(liveChart(options)[liveDisplay]()).toEqual(text)
    expect(await liveChart(options)[jupyterDisplay]()).toEqual(text)
    expect(() => liveChart(options).chart()).toThrow('there are no rows')
  })
})

describe('in a notebook', () => {
  test('it shows itself in one place from the first row on, each chart in its own', () => {
    const display = vi.fn<(value: unknown, options: { id: string }) => void>()
    vi.stubGlobal('display', display)
    const [one, other] = [liveChart(options), liveChart(options)]
    expect(display).not.toHaveBeenCalled()
    one.add({ step: 0, loss: 1 })
    one.add({ step: 1, loss: 1 })
    other.add({ step: 0, loss: 1 })
    expect(display.mock.calls.map(([value]) => value)).toEqual([one, one, other])
    const [first, second, third] = display.mock.calls.map(([, { id }]) => id)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test('its live form is a picture and text, without waiting', async () => {
    const chart = liveChart(options)
    chart.add(falling(50))
    const { spec, svg, heading, table } = chart.chart()
    expect(chart[liveDisplay]()).toEqual({
      'image/svg+xml': await svg(),
      'text/plain': `${heading}\n\n${table}`,
    })
    expect(drawSvgNow(spec)).toBe(await drawSvg(spec))
  })

  test('a picture drawn at once has the same bytes, with all that a chart can have', async () => {
    const chart = liveChart({
      ...options,
      subtitle: 'with a long line of words that has to be broken before it runs over the end of the plot',
      x: { ...axes.x, scale: 'log' },
      series,
      band: { low: 'low', high: 'high' },
      points: true,
      rules: [{ axis: 'x', value: 3, label: 'knee' }],
    })
    for (const run of ['a', 'b'])
      chart.add([1, 2, 5].map(step => ({ run, step, loss: step, low: step / 2, high: 2 * step })))
    const { spec } = chart.chart()
    expect(drawSvgNow(spec)).toBe(await drawSvg(spec))
  })
})

describe('many rows', () => {
  const rows = falling(100_000).map(row => ({ ...row, loss: row.step === 54_321 ? 9 : row.loss }))
  const chart = liveChart(options)
  chart.add(rows)

  const drawn = (text: string | undefined) => /([\d,]+) of 100,000 rows drawn/.exec(text ?? '')?.[1]

  test('are thinned, and the chart says so', () => {
    const count = Number(drawn(chart.chart().heading)?.replace(',', ''))
    expect(count).toBeGreaterThan(960)
    expect(count).toBeLessThanOrEqual(1920)
    const live = Number(drawn(chart[liveDisplay]()['text/plain']))
    expect(live).toBeGreaterThan(240)
    expect(live).toBeLessThanOrEqual(480)
    expect(chart.rows).toHaveLength(100_000)
  })

  test('a single peak among them stays', () => {
    expect(JSON.stringify(chart.chart().spec)).toContain('{"x":54321,"y":9}')
  })

  test('of a short run beside a long one nothing is lost', () => {
    const two = liveChart({ ...options, series })
    two.add(rows.map(row => ({ ...row, run: 'long' })))
    two.add(falling(20).map(row => ({ ...row, run: 'short' })))
    expect(JSON.stringify(two.chart().spec).match(/"series":"short"/g)).toHaveLength(20)
  })
})

describe('a training that runs away', () => {
  test('its rows are kept, not drawn, and counted', () => {
    const chart = liveChart({ ...options, subtitle: 'rate 10' })
    chart.add([
      { step: 0, loss: 1 },
      { step: 1, loss: Infinity },
      { step: 2, loss: NaN },
    ])
    expect(chart.rows).toHaveLength(3)
    expect(chart.chart().heading).toBe(
      'The loss falls\nrate 10; 2 rows not drawn: not a finite number, or not positive on a log axis',
    )
    expect(chart.chart().table).toBe('step  loss\n   0     1')
  })

  test('what a log axis does not show is counted as well', () => {
    const chart = liveChart({ ...options, y: { ...axes.y, scale: 'log' } })
    chart.add({ step: 0, loss: 0 })
    expect(chart[liveDisplay]()).toEqual({
      'text/plain': 'The loss falls\n\n(1 row, none that can be drawn)',
    })
    chart.add({ step: 1, loss: 1 })
    expect(chart.chart().heading).toContain('1 row not drawn')
  })
})

describe('a row that is refused is not taken', () => {
  test.each([
    ['a field is missing', { step: 1 }, "liveChart: row 0 has no field 'loss'; it has 'step'"],
    ['no number', { step: 1, loss: 'low' }, 'liveChart: row 1: \'loss\' is "low"; it must be a number'],
    ['no value', { step: null, loss: 1 }, "liveChart: row 1: 'step' is null; it must be a number"],
    ['the x again', { step: 0, loss: 2 }, "liveChart: there is a row with 'step' 0 already"],
  ])('%s', (_, row, message) => {
    const chart = liveChart(options)
    chart.add({ step: 0, loss: 1 })
    expect(() => {
      chart.add(row)
    }).toThrow(message)
    expect(() => {
      chart.add([{ step: 5, loss: 1 }, row])
    }).toThrow('liveChart: ')
    expect(chart.rows).toEqual([{ step: 0, loss: 1 }])
    expect(chart.chart().table).toBe('step  loss\n   0     1')
  })

  test.each([
    [[0, 1, 2], 0],
    [[0, 1, 2], 2],
    [[2, 1, 0], 1],
    [[2, 0, 1, 3], 3],
    [[2, 0, 1, 3, 1.5], 1.5],
    [[1, 0], -0],
    [[-3, -1], -3],
  ])('an x again, after %j: %d', (steps, again) => {
    const chart = liveChart(options)
    for (const step of steps) chart.add({ step, loss: 1 })
    expect(() => {
      chart.add({ step: again, loss: 2 })
    }).toThrow(`there is a row with 'step' ${again} already`)
    chart.add({ step: 0.5, loss: 2 })
    expect(chart.rows).toHaveLength(steps.length + 1)
  })

  test('the x again, in its own series only', () => {
    const chart = liveChart({ ...options, series })
    chart.add({ step: 0, loss: 1, run: 'a' })
    chart.add({ step: 0, loss: 1, run: 'b' })
    expect(() => {
      chart.add({ step: 0, loss: 1, run: 'b' })
    }).toThrow("with 'step' 0 in 'run' 'b' already")
  })

  test('one series too many', () => {
    const chart = liveChart({ ...options, series })
    for (const run of 'abcdef') chart.add({ step: 0, loss: 1, run })
    expect(() => {
      chart.add({ step: 0, loss: 1, run: 'g' })
    }).toThrow("'run' has 7 different values")
    expect(chart.rows).toHaveLength(6)
  })

  test('beside a fit, many rows may have one x', () => {
    const chart = liveChart({ ...options, fit: { title: 'model', rows: falling(2) } })
    chart.add({ step: 0, loss: 1 })
    chart.add({ step: 0, loss: 2 })
    expect(chart.rows).toHaveLength(2)
  })
})

describe('what is known before there are rows is checked at once', () => {
  test('a rule that has no place on its axis', () => {
    const y = { ...axes.y, scale: 'log' as const }
    const rules = [{ axis: 'y' as const, value: -1, label: 'floor' }]
    expect(() => liveChart({ ...options, y, rules })).toThrow("liveChart: rule 'floor' is -1")
  })

  test('a fit with two points at one x, or a field missing', () => {
    const fit = (rows: { step: number; loss?: number }[]) => ({
      title: 'model',
      rows: rows as { step: number }[],
    })
    const twice = fit([...falling(1), ...falling(1)])
    expect(() => liveChart({ ...options, fit: twice })).toThrow('liveChart, fit: rows 0 and 1 both have')
    expect(() => liveChart({ ...options, fit: fit([{ step: 1 }]) })).toThrow(
      "liveChart, fit: row 0 has no field 'loss'",
    )
  })
})
