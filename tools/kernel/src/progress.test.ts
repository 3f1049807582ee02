import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mimeBundle } from './display.ts'
import { progress } from './progress.ts'

const show = vi.fn<typeof display>()

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('display', show)
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  show.mockReset()
})

/** What a bar shows now. */
function bundle(bar: unknown): Record<string, string> {
  return mimeBundle(bar) as Record<string, string>
}

const text = (bar: unknown) => bundle(bar)['text/plain']
const html = (bar: unknown) => bundle(bar)['text/html'] ?? ''

test('it shows itself from the start, in one place', () => {
  const bar = progress(4, 'training')
  const other = progress(4)
  bar.tick()
  expect(show.mock.calls.map(([value]) => value)).toEqual([bar, other, bar])
  const [first, second, third] = show.mock.calls.map(([, options]) => options?.id)
  expect(third).toBe(first)
  expect(second).not.toBe(first)
})

test('it stays with the cell that made it, wherever the ticks come from', () => {
  const cell = new AsyncLocalStorage<string>()
  const cells: unknown[] = []
  show.mockImplementation(() => {
    cells.push(cell.getStore())
    return Promise.resolve()
  })
  const bar = cell.run('first', () => progress(4))
  bar.tick()
  cell.run('second', () => {
    bar.tick()
  })
  expect(cells).toEqual(['first', 'first', 'first'])
})

describe('what it shows', () => {
  test('at the start', () => {
    expect(text(progress(200, 'training'))).toBe('training ░░░░░░░░░░░░░░░░░░░░ 0/200 · 0 %')
  })

  test('under way: rate, time left and note', () => {
    const bar = progress(200, 'training')
    // Time before the first step is none of the steps'.
    vi.advanceTimersByTime(60_000)
    bar.tick()
    for (let step = 1; step < 50; step++) {
      vi.advanceTimersByTime(100)
      bar.tick(1, `loss ${step}`)
    }
    expect(text(bar)).toBe('training █████░░░░░░░░░░░░░░░ 50/200 · 25 % · 10/s · about 15 s left · loss 49')
    bar.tick(50)
    expect(text(bar)).toContain('100/200 · 50 %')
    expect(text(bar)).toContain('· loss 49')
  })

  test('slow steps: how long each takes', () => {
    const bar = progress(100)
    for (let step = 0; step < 4; step++) {
      bar.tick()
      vi.advanceTimersByTime(120_000)
    }
    expect(text(bar)).toBe('░░░░░░░░░░░░░░░░░░░░ 4/100 · 4 % · 2 min each · about 3 h 12 min left')
  })

  test('at the end: the whole time', () => {
    const bar = progress(100, 'training')
    for (let step = 0; step < 100; step++) {
      vi.advanceTimersByTime(200)
      bar.tick()
    }
    const end = 'training ████████████████████ 100/100 · 100 % · 5.0/s · done in 20 s'
    expect(text(bar)).toBe(end)
    vi.advanceTimersByTime(10_000)
    bar.done()
    expect(text(bar)).toBe(end)
  })

  test('ended before its total', () => {
    const bar = progress(10)
    vi.advanceTimersByTime(5000)
    bar.tick(3)
    bar.done()
    expect(text(bar)).toBe('██████░░░░░░░░░░░░░░ 3/10 · 30 % · 0.60/s · done in 5.0 s')
  })

  test.each([undefined, Infinity])('without a known total (%s): count and rate', total => {
    const bar = progress(total, 'rows')
    bar.tick(1000)
    vi.advanceTimersByTime(1000)
    bar.tick(1500)
    expect(text(bar)).toBe('rows 2,500 · 1,500/s')
    expect(html(bar)).not.toContain('<progress')
    bar.done()
    expect(text(bar)).toBe('rows ████████████████████ 2,500 · 2,500/s · done in 1.0 s')
  })

  test('of nothing, it is done at once', () => {
    expect(text(progress(0))).toBe('████████████████████ 0/0 · 100 % · done in 0.0 s')
  })

  test('ticks beyond the total are counted, and the bar stays full', () => {
    const bar = progress(2)
    bar.tick(5)
    expect(text(bar)).toContain('████████████████████ 5/2 · 100 %')
    expect(html(bar)).toContain('value="1"')
  })

  test('as HTML: an element of its own kind, with texts escaped', () => {
    const bar = progress(4, '<b>"x"')
    bar.tick(1, '<i>')
    expect(html(bar)).toContain('<progress aria-label="&lt;b&gt;&quot;x&quot;" max="1" value="0.25"')
    expect(html(bar)).toContain('&lt;i&gt;')
    expect(html(bar)).not.toMatch(/<[bi]>/)
    expect(html(progress(1))).toContain('aria-label="progress"')
  })
})

describe('bad input', () => {
  test.each([-1, NaN, -Infinity, '5', null])('a total of %j', total => {
    expect(() => progress(total as number)).toThrow(
      'give the number of steps, or undefined if it is not known',
    )
    expect(show).not.toHaveBeenCalled()
  })

  test.each([-1, NaN, Infinity, '5', null])('a step of %j', step => {
    const bar = progress(10)
    expect(() => {
      bar.tick(step as number)
    }).toThrow('give the number of steps that are done since the last tick')
    expect(text(bar)).toContain('0/10')
  })
})
