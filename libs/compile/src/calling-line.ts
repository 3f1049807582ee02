/**
 * The line outside this library and TensorFlow.js from which the present call came, as `file:line`; '' where the
 * stack does not show one.
 */
export function callingLine(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error('for its stack').stack ?? ''
  Error.stackTraceLimit = limit
  const frames = stack.split('\n').slice(1)
  const frame = frames.find(line => !OURS.test(line))
  return /\(?((?:file:\/\/)?[^()\s]+:\d+):\d+\)?$/.exec(frame ?? '')?.[1]?.replace('file://', '') ?? ''
}

// The tests of this library are outside it.
const OURS = /\/node_modules\/|\/libs\/(compile|tensor)\/src\/(?![^:]*\.test\.ts)|<anonymous>|\(node:/
