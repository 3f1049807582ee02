import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cell, failing, slow, text, wait } from '../test/displays-fixture.ts'
import { displayMethod } from './display.ts'

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

describe('without an id', () => {
  test('each value is an output of its own, at once', () => {
    const { display, published } = cell()
    void display(1)
    void display(2)
    expect(published).toEqual([
      { type: 'display_data', text: '1', id: undefined },
      { type: 'display_data', text: '2', id: undefined },
    ])
  })

  test('the order of the calls is kept, however long a bundle takes', async () => {
    const { display, end, texts } = cell()
    const first = slow('first')
    const second = slow('second')
    void display(first.value)
    void display(second.value)
    void display(text('third'))
    second.come()
    await settled()
    expect(texts()).toEqual([])
    first.come()
    expect(await end()).toEqual([])
    expect(texts()).toEqual(['first', 'second', 'third'])
  })

  test('one that fails does not stop the next', async () => {
    const { display, end, texts } = cell()
    await expect(display(failing('no picture'))).rejects.toThrow('no picture')
    void display({ [displayMethod]: () => Promise.reject(new Error('no chart')) })
    void display(text('fine'))
    expect((await end()).map(String)).toEqual(['Error: no picture', 'Error: no chart'])
    expect(texts()).toEqual(['fine'])
    expect(await end()).toEqual([])
  })
})

describe('with an id', () => {
  test('the first value makes the output, later ones change it', async () => {
    const { display, published } = cell()
    await display('a', { id: 'x' })
    vi.advanceTimersByTime(100)
    await display('b', { id: 'x' })
    expect(published.map(({ type }) => type)).toEqual(['display_data', 'update_display_data'])
    expect(published[0]?.id).toBe(published[1]?.id)
    expect(published[0]?.id).toContain('x')
  })

  test('ids of another cell, or of the same cell run again, are others', async () => {
    const [one, other] = [cell(), cell()]
    await one.display('a', { id: 'x' })
    await other.display('a', { id: 'x' })
    expect(other.published[0]?.type).toBe('display_data')
    expect(one.published[0]?.id).not.toBe(other.published[0]?.id)
  })

  test('two ids do not wait for each other', () => {
    const { display, texts } = cell()
    void display(text('a'), { id: 'x' })
    void display(text('b'), { id: 'y' })
    expect(texts()).toEqual(['a', 'b'])
  })

  test('at most ten times a second, and the last value wins', async () => {
    const { display, texts } = cell()
    for (let step = 0; step < 995; step++) {
      void display(text(String(step)), { id: 'x' })
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(texts()).toHaveLength(10)
    await vi.advanceTimersByTimeAsync(100)
    expect(texts().at(-1)).toBe('994')
  })

  test('in a loop that never yields, too', () => {
    const { display, texts } = cell()
    const clock = vi.spyOn(performance, 'now')
    for (let step = 0; step < 1000; step++) {
      clock.mockReturnValue(step)
      void display(text(String(step)), { id: 'x' })
    }
    expect(texts()).toEqual(['0', '100', '200', '300', '400', '500', '600', '700', '800', '900'])
  })

  test('a value that is not shown is not looked at', async () => {
    const { display, end, texts } = cell()
    const made: number[] = []
    for (let step = 0; step < 5; step++) {
      const bundle = () => {
        made.push(step)
        return { 'text/plain': String(step) }
      }
      void display({ [displayMethod]: bundle }, { id: 'x' })
    }
    expect(await end()).toEqual([])
    expect(made).toEqual([0, 4])
    expect(texts()).toEqual(['0', '4'])
  })

  test('a slow bundle never overwrites a newer one', async () => {
    const { display, end, texts } = cell()
    const old = slow('old')
    void display(old.value, { id: 'x' })
    void display(text('between'), { id: 'x' })
    await vi.advanceTimersByTimeAsync(500)
    const newest = display(text('new'), { id: 'x' })
    old.come()
    expect(await end()).toEqual([])
    await newest
    expect(texts()).toEqual(['old', 'new'])
  })

  test('a value that is slow to show is shown less often: in a tenth of the time', async () => {
    const { display, texts } = cell()
    const slowly = { [displayMethod]: () => wait(100).then(() => ({ 'text/plain': 'slow' })) }
    for (let time = 0; time < 5000; time += 10) {
      void display(slowly, { id: 'x' })
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(texts()).toHaveLength(5)
  })

  test('but at least once a second', async () => {
    const { display, texts } = cell()
    const verySlowly = { [displayMethod]: () => wait(1000).then(() => ({ 'text/plain': 'very slow' })) }
    for (let time = 0; time < 8000; time += 100) {
      void display(verySlowly, { id: 'x' })
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(texts()).toHaveLength(4)
  })

  test('display resolves when the value, or a newer one, is shown', async () => {
    const { display, texts } = cell()
    await display(text('first'), { id: 'x' })
    const shown: string[] = []
    void display(text('second'), { id: 'x' }).then(() => shown.push('second'))
    void display(text('third'), { id: 'x' }).then(() => shown.push('third'))
    await settled()
    expect(shown).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    expect(shown).toEqual(['second', 'third'])
    expect(texts()).toEqual(['first', 'third'])
  })

  test('the error of a value reaches who awaits it and the end of the cell; the next value is shown', async () => {
    const { display, end, published } = cell()
    await expect(display(failing('not yet'), { id: 'x' })).rejects.toThrow('not yet')
    void display(text('fine'), { id: 'x' })
    expect((await end()).map(String)).toEqual(['Error: not yet'])
    expect(published).toMatchObject([{ type: 'display_data', text: 'fine' }])
  })

  test.each([5, '', null])('an id that is no text is refused: %j', async id => {
    const { display, end, texts } = cell()
    await expect(display(1, { id: id as string })).rejects.toThrow('it must be a text that is not empty')
    expect(await end()).toHaveLength(1)
    expect(texts()).toEqual([])
  })
})
