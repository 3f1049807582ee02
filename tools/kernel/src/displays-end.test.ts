import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cell, failing, slow, text, wait } from '../test/displays-fixture.ts'
import { displayMethod, liveDisplayMethod } from './display.ts'

// The place keeps the module's timers, so that cells cannot change them; here they are the faked global ones.
vi.mock('node:timers', () => ({
  setTimeout: (callback: () => void, wait: number) => globalThis.setTimeout(callback, wait),
  clearTimeout: (timer: NodeJS.Timeout | undefined) => {
    globalThis.clearTimeout(timer)
  },
}))

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const settled = () => vi.advanceTimersByTimeAsync(0)

describe('a value with a live form', () => {
  function growing() {
    const value = { rows: 0, drawn: 0 }
    return Object.assign(value, {
      [liveDisplayMethod]: () => ({ 'text/plain': `live ${value.rows}` }),
      [displayMethod]: () => {
        value.drawn++
        return Promise.resolve({ 'text/plain': `drawn ${value.rows}` })
      },
    })
  }

  test('is shown in it while the cell runs, and in its final form at the end', async () => {
    const { display, end, texts } = cell()
    const value = growing()
    for (value.rows = 1; value.rows < 100; value.rows++) {
      void display(value, { id: 'x' })
      await vi.advanceTimersByTimeAsync(3)
    }
    expect(value.drawn).toBe(0)
    expect(await end()).toEqual([])
    expect(texts()).toEqual(['live 1', 'live 34', 'live 67', 'drawn 100'])
    expect(value.drawn).toBe(1)
  })

  test('without an id it has one form only', async () => {
    const { display, end, texts } = cell()
    void display(growing())
    await end()
    expect(texts()).toEqual(['drawn 0'])
  })

  test('a final form that fails is reported', async () => {
    const { display, end, texts } = cell()
    void display({ ...growing(), ...failing('cannot be drawn') }, { id: 'x' })
    expect((await end()).map(String)).toEqual(['Error: cannot be drawn'])
    expect(texts()).toEqual(['live 0'])
  })
})

describe('after the end of the cell', () => {
  test('a value of a callback is shown, once a second', async () => {
    const { display, end, texts } = cell()
    void display(text('begun'), { id: 'x' })
    await end()
    for (let step = 0; step < 30; step++) {
      void display(text(String(step)), { id: 'x' })
      await vi.advanceTimersByTimeAsync(100)
    }
    await vi.advanceTimersByTimeAsync(1000)
    expect(texts()).toEqual(['begun', '0', '10', '20', '29'])
  })

  test('what never ceases to come does not hold up the end', async () => {
    const { display, end } = cell()
    const slowly = { [displayMethod]: () => wait(100).then(() => ({ 'text/plain': 'slow' })) }
    const coming = setInterval(() => void display(slowly, { id: 'x' }), 10)
    await vi.advanceTimersByTimeAsync(500)
    let ended = false
    void end().then(() => (ended = true))
    await vi.advanceTimersByTimeAsync(2000)
    clearInterval(coming)
    expect(ended).toBe(true)
  })

  test('its error is for whoever asked for it', async () => {
    const { display, end } = cell()
    expect(await end()).toEqual([])
    await expect(display(failing('too late'))).rejects.toThrow('too late')
    expect(await end()).toEqual([])
  })
})

describe('a cell that is interrupted', () => {
  test('shows its last state at once, and then nothing any more', async () => {
    const { display, stop, end, texts } = cell()
    const outcomes: string[] = []
    const note = (name: string, shown: Promise<void>) => {
      shown.then(
        () => outcomes.push(name),
        () => outcomes.push(name),
      )
    }
    const drawing = slow('picture')
    void display(text('0'), { id: 'x' })
    note('held', display(text('1'), { id: 'x' }))
    note('drawing', display(drawing.value))
    stop()
    expect(texts()).toEqual(['0', '1'])
    note('later', display(text('2'), { id: 'x' }))
    note('later, new', display(text('3'), { id: 'y' }))
    note('later, no id', display(text('4')))
    note('later, failing', display(failing('dead')))
    drawing.come()
    await vi.advanceTimersByTimeAsync(5000)
    expect(texts()).toEqual(['0', '1'])
    // A loop that awaits what it shows goes no further.
    expect(outcomes).toEqual([])
    expect(await end()).toEqual([])
  })

  test('with what takes waiting, it shows what it can', async () => {
    const { display, stop, end, texts } = cell()
    const drawing = slow('picture')
    void display(drawing.value, { id: 'x' })
    void display(text('newer'), { id: 'x' })
    const ended = end()
    stop()
    expect(await ended).toEqual([])
    drawing.come()
    await settled()
    expect(texts()).toEqual(['newer'])
  })
})
