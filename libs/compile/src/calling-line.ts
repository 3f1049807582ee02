/**
 * The line outside this library and TensorFlow.js from which the present call came, as `file:line`; '' where the
 * stack does not show one.
 */
export function callingLine(): string {
  const sites = callSites()
  const place = sites.findIndex(site => !OURS.test(site.getFileName() ?? '<anonymous>'))
  const site = sites[place]
  if (site === undefined) return ''
  // A stack is dear as text, and a network calls from few places.
  const key = `${site.getFileName() ?? ''}:${site.getLineNumber() ?? 0}:${site.getColumnNumber() ?? 0}`
  const line = known.get(key) ?? lineOf(stackText(), place)
  known.set(key, line)
  return line
}

/** By where V8 sees them; what stands in the sources is another place, and found only through text. */
const known = new Map<string, string>()

const DEPTH = 60

// The tests of this library are outside it.
const OURS =
  /[/\\]node_modules[/\\]|[/\\]libs[/\\](compile|tensor)[/\\]src[/\\](?!.*\.test\.ts)|<anonymous>|^node:/

/** The calls that led here, without this file's own. */
function callSites(): NodeJS.CallSite[] {
  const { stackTraceLimit } = Error
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace')
  Error.stackTraceLimit = DEPTH
  Error.prepareStackTrace = (_, sites) => sites
  const { stack } = new Error('for its stack')
  Object.assign(Error, { stackTraceLimit, prepareStackTrace })
  return (stack as unknown as NodeJS.CallSite[]).slice(2)
}

/** As text, with the places of the sources. */
function stackText(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = DEPTH
  const { stack = '' } = new Error('for its stack')
  Error.stackTraceLimit = stackTraceLimit
  return stack.split('\n').slice(3)
}

function lineOf(stack: readonly string[], place: number): string {
  return /\(?((?:file:\/\/)?[^()\s]+:\d+):\d+\)?$/.exec(stack[place] ?? '')?.[1]?.replace('file://', '') ?? ''
}
