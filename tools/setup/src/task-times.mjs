// @ts-check
/** @typedef {{ readonly task: { readonly id: string, readonly startTime?: number, readonly endTime?: number } }} Result */

/** Shorter tasks are told together. */
const SHORT = 10_000

/**
 * A row for each task that ran, the longest first; empty when nothing took long.
 *
 * @param {readonly Result[]} results
 * @param {number} whole from the first task's start to the last one's end, in milliseconds
 */
export function taskTimesText(results, whole) {
  const timed = results
    .map(({ task: { id, startTime = 0, endTime = 0 } }) => ({ name: id, time: endTime - startTime }))
    .sort((a, b) => b.time - a.time)
  const long = timed.filter(({ time }) => time >= SHORT)
  if (long.length === 0) return ''
  const short = timed.slice(long.length).reduce((sum, { time }) => sum + time, 0)
  const rows = [
    ...long.map(({ name, time }) => `${clock(time)}  ${name}`),
    `${clock(short)}  ${timed.length - long.length} others together`,
    `${clock(whole)}  in all, several at once`,
  ]
  return `\nWhere the time went, in minutes:\n${rows.join('\n')}`
}

/** An Nx plugin, named in nx.json: when several tasks have run, it tells where the time went. */
export default {
  name: 'task-times',
  /**
   * @param {unknown} _options
   * @param {{ taskResults: Record<string, Result>, startTime: number, endTime: number }} context times in milliseconds
   */
  postTasksExecution: (_options, { taskResults, startTime, endTime }) => {
    const text = taskTimesText(Object.values(taskResults), endTime - startTime)
    if (text !== '') console.log(text)
  },
}

/** @param {number} milliseconds */
function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(6)
}
