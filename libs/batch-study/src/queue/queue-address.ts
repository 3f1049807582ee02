/** Where a queue is, as a URL says it. */
export interface QueueAddress {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean
  /** Number of the database. */
  readonly database: number
  /** Before all keys, so that labs share a server. */
  readonly prefix: string
  /** The URL without user and password: to be shown. */
  readonly shown: string
}

const FORM = 'redis://[user:password@]host[:port][/database][?prefix=name], or rediss:// for TLS'

/**
 * Reads the URL of a queue. What it refuses is told without the URL itself: it may hold a password.
 *
 * @throws RangeError when it is no such URL
 *
 * @example
 * queueAddress('rediss://lab:secret@queue.example:6380/2?prefix=optics').shown // 'rediss://queue.example:6380/2?prefix=optics'
 */
export function queueAddress(url: string): QueueAddress {
  const parsed = URL.parse(url)
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '')
    throw new RangeError(`The address of a queue is of the form ${FORM}; what was given is not.`)
  const { protocol, hostname, port, pathname, searchParams } = parsed
  const unknown = [...searchParams.keys()].find(name => name !== 'prefix')
  if (unknown !== undefined)
    throw new RangeError(`The address of a queue takes prefix, not ${unknown}: ${FORM}.`)
  const [, database = '0'] = /^\/(\d{0,5})$/.exec(pathname === '' ? '/' : pathname) ?? []
  if (!/^\/?\d{0,5}$/.test(pathname))
    throw new RangeError(`The database of a queue is a whole number, not ${pathname.slice(1)}: ${FORM}.`)
  const prefix = searchParams.get('prefix') ?? 'flatland'
  if (!/^[\w-]{1,40}$/.test(prefix))
    throw new RangeError(`The prefix of a queue is 1 to 40 letters, digits, - and _, not '${prefix}'.`)
  const address = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    username: parsed.username === '' ? undefined : decodeURIComponent(parsed.username),
    password: parsed.password === '' ? undefined : decodeURIComponent(parsed.password),
    tls: protocol === 'rediss:',
    database: Number(database === '' ? '0' : database),
    prefix,
  }
  const shown = `${protocol}//${hostname}:${address.port}/${address.database}?prefix=${prefix}`
  return Object.freeze({ ...address, shown })
}
