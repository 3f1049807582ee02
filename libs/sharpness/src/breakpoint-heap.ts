/** Coordinates by the step at which each meets its bound, the nearest first. */
export interface BreakpointHeap {
  /** The nearest step; Infinity when none is left. */
  readonly nearest: () => number
  /** Takes out the coordinate of the nearest step, and gives its index. */
  readonly pop: () => number
}

/**
 * A binary heap (Williams 1964, built bottom up as by Floyd 1964): O(n) to build, O(log n) for each that is taken out.
 * The search along the projected gradient mostly passes few of its breakpoints, so that they need not be sorted.
 *
 * @param steps one for each coordinate; infinite where it never meets a bound, and then left out
 */
export function breakpointHeap(steps: Float64Array): BreakpointHeap {
  const heap = new Int32Array(steps.length)
  // In the heap's order, so that a comparison reads one array.
  const keys = new Float64Array(steps.length)
  let size = 0
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] ?? NaN
    if (!(step < Infinity)) continue
    heap[size] = i
    keys[size++] = step
  }

  const sink = (from: number): void => {
    const [moving, step] = [heap[from] ?? -1, keys[from] ?? NaN]
    let hole = from
    for (let child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && (keys[child + 1] ?? NaN) < (keys[child] ?? NaN)) child++
      if ((keys[child] ?? NaN) >= step) break
      heap[hole] = heap[child] ?? -1
      keys[hole] = keys[child] ?? NaN
      hole = child
    }
    heap[hole] = moving
    keys[hole] = step
  }

  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i)
  return {
    nearest: () => (size === 0 ? Infinity : (keys[0] ?? NaN)),
    pop: () => {
      const first = heap[0] ?? -1
      size--
      heap[0] = heap[size] ?? -1
      keys[0] = keys[size] ?? NaN
      if (size > 0) sink(0)
      return first
    },
  }
}
