import { writeSync } from 'node:fs'

/** So many lines a second. */
const most = 10

let second = 0
let lines = 0

/**
 * One line to the terminal of the Jupyter server: the streams of the process itself end in the running cell. Whoever sends
 * junk must not fill the terminal, nor must a terminal that nobody reads stop the kernel: then lines are lost.
 */
export function log(line: string): void {
  const now = Math.floor(Date.now() / 1000)
  if (now !== second) [second, lines] = [now, 0]
  lines++
  if (lines > most) return
  try {
    writeSync(
      2,
      `flatland kernel: ${line}\n${lines === most ? 'flatland kernel: more of this second is not shown\n' : ''}`,
    )
  } catch {
    // The pipe is full, or closed.
  }
}
