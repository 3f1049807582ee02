/** How fast a count grows now. */
export interface Rate {
  /** Tells that the count is `count` at `time`, in milliseconds. */
  see(count: number, time: number): void
  /** Per second; undefined as long as it is not known. */
  perSecond(): number | undefined
}

/** For how long a moment counts, in milliseconds, and a step of a slow count, in steps. */
const memory = { time: 10_000, steps: 10 }
/** Steps that follow each other faster are taken as one. */
const shortest = 20

/**
 * The exponentially weighted mean rate: Σ wᵢ nᵢ / Σ wᵢ tᵢ over all steps of nᵢ in the time tᵢ, where wᵢ fades with a time
 * constant of 10 s, but not faster than in 10 steps. The time to the first count is left out: it is spent on preparing.
 */
export function createRate(): Rate {
  let last: { count: number; time: number } | undefined
  let counts = 0
  let times = 0

  return {
    see(count, time) {
      last ??= { count, time }
      const passed = time - last.time
      if (passed < shortest) return
      const fade = Math.exp(-Math.min(passed / memory.time, 1 / memory.steps))
      counts = counts * fade + count - last.count
      times = times * fade + passed
      last = { count, time }
    },
    perSecond: () => (counts > 0 ? (1000 * counts) / times : undefined),
  }
}
