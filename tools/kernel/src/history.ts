import type { Content } from './wire.ts'

/** A cell that has run: In [number]. */
export interface HistoryEntry {
  number: number
  code: string
  /** The text of its result, if it had one. */
  output?: string
}

/**
 * Answers a `history_request` about this session: `tail` (the last n), `range` (the cells start ≤ number < stop; of this
 * session, which is number 0) or `search` (`*` and `?` in the pattern stand for any text and any character).
 */
export function historyReply(entries: readonly HistoryEntry[], content: Content): Content {
  const session = 0
  const withOutput = content['output'] === true
  const history = select(entries, content).map(({ number, code, output }) => [
    session,
    number,
    withOutput ? [code, output ?? null] : code,
  ])
  return { status: 'ok', history }
}

function select(entries: readonly HistoryEntry[], content: Content): readonly HistoryEntry[] {
  const integer = (name: string, otherwise: number) =>
    typeof content[name] === 'number' ? content[name] : otherwise
  switch (content['hist_access_type']) {
    case 'range': {
      if (integer('session', 0) !== 0) return []
      const [start, stop] = [integer('start', 0), integer('stop', Infinity)]
      return entries.filter(({ number }) => number >= start && number < stop)
    }
    case 'search': {
      const glob = content['pattern']
      const pattern = globPattern(typeof glob === 'string' ? glob : '*')
      const found = entries.filter(({ code }) => pattern.test(code))
      return last(content['unique'] === true ? withoutRepeats(found) : found, integer('n', Infinity))
    }
    default:
      return last(entries, integer('n', Infinity))
  }
}

function last(entries: readonly HistoryEntry[], n: number): readonly HistoryEntry[] {
  return n >= entries.length ? entries : entries.slice(entries.length - Math.max(0, n))
}

/** The last of each code. */
function withoutRepeats(entries: readonly HistoryEntry[]): HistoryEntry[] {
  return [...new Map(entries.map(entry => [entry.code, entry])).values()].sort((a, b) => a.number - b.number)
}

function globPattern(glob: string): RegExp {
  const text = glob
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('\\*', '.*')
    .replaceAll('\\?', '.')
  return new RegExp(`^${text}$`, 's')
}
