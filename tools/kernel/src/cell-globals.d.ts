/**
 * Shows a value below the cell: a chart as a chart, a tensor, a matrix or an array of rows as a table, whatever has a
 * `Symbol.for('Jupyter.display')` method as the MIME bundle it returns, anything else as text. Await it when what follows
 * must come after.
 *
 * With an `id`, the first value makes an output and every later one in the same cell takes its place: at most ten times a
 * second, the newest value winning. The cell's end brings the last one. Resolves when the value, or a newer one of the
 * same id, is shown.
 *
 * @example
 * display(lineChart(rows, { x: 'step', y: 'loss' }))
 *
 * @example
 * for (let step = 0; step < 1000; step++) display(`step ${step}`, { id: 'step' })
 */
declare function display(value: unknown, options?: { id?: string }): Promise<void>

/**
 * Shows a progress bar: count, percent, steps a second and the time that is left, judged by the last ten seconds or so.
 *
 * @param total The number of steps; undefined or Infinity if it is not known. Throws a RangeError when it is negative or
 *   NaN.
 * @param label What it is that goes on. Default: none.
 *
 * @example
 * const bar = progress(batches.length, 'training')
 * for (const batch of batches) {
 *   const loss = await step(batch)
 *   bar.tick(1, `loss ${loss.toFixed(3)}`)
 * }
 */
declare function progress(
  total?: number,
  label?: string,
): {
  /**
   * Says that so many more steps are done: 1 if not given. `note` is shown at the end of the line until there is another.
   * Ticks beyond the total are counted, and the bar stays full. Throws a RangeError when `count` is negative or not finite.
   */
  tick(count?: number, note?: string): void
  /** Ends the bar before its total, or one whose total is not known. The total ends it by itself. */
  done(): void
}

/** Takes away what the cell has shown so far; with `wait`, only when it shows something new. */
declare function clearOutput(wait?: boolean): void

/**
 * Is aborted when the running cell is interrupted: for work that should end with it, such as processes it has started.
 *
 * @example
 * const worker = fork('worker.ts', { signal: interruptSignal() })
 */
declare function interruptSignal(): AbortSignal
