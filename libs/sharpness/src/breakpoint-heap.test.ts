import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakpointHeap } from './breakpoint-heap.ts'

test('coordinates come in the order of their steps, each once, the infinite ones never', () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Infinity))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), list => {
      const steps = Float64Array.from(list)
      const heap = breakpointHeap(steps)
      const seen: number[] = []
      while (heap.nearest() < Infinity) {
        const nearest = heap.nearest()
        const index = heap.pop()
        expect(steps[index]).toBe(nearest)
        seen.push(index)
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.map(index => steps[index])).toEqual(
        list.filter(value => value < Infinity).sort((a, b) => a - b),
      )
    }),
    { seed: 2 },
  )
})
