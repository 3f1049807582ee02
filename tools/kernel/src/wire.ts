import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

/** Jupyter's wire protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol */

export interface Header {
  msg_id: string
  msg_type: string
  session: string
  username: string
  date: string
  version: string
}

export type Content = Record<string, unknown>

/** What a message answers, or whose output it is. */
export interface Parent {
  /** ZeroMQ's routing prefix: whom a reply goes to. */
  identities: Uint8Array[]
  header: Header
}

export interface Message extends Parent {
  content: Content
}

const delimiter = '<IDS|MSG>'
const session = randomUUID()

/** Reads and verifies one multipart message. Throws on whatever is malformed or not signed with `key`. */
export function decode(frames: Uint8Array[], key: string): Message {
  const parts = frames.map(frame => Buffer.from(frame))
  const split = parts.findIndex(part => part.toString() === delimiter)
  const [signature, ...body] = parts.slice(split + 1)
  if (split < 0 || signature === undefined || body.length < 4) {
    throw new Error(`a message of ${frames.length} frames is not Jupyter's: delimiter or parts are missing`)
  }
  if (!sameText(signature.toString(), sign(body.slice(0, 4), key))) {
    throw new Error('a message carries a wrong signature')
  }
  const [header, , , content] = body.map(part => part.toString())
  return {
    identities: frames.slice(0, split),
    header: parseHeader(header ?? ''),
    content: parseObject(content ?? ''),
  }
}

export type Frames = (Uint8Array | string)[]

/** The frames of a signed message of type `type` that answers `parent`. */
export function encode(
  type: string,
  content: Content,
  parent: Parent,
  key: string,
  identities = parent.identities,
): Frames {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: '5.4',
  }
  const body = [header, parent.header, {}, content].map(part => JSON.stringify(part))
  return [...identities, delimiter, sign(body, key), ...body]
}

const nothing: Parent = { identities: [], header: {} as Header }

/** What a kernel says first. */
export function encodeStarting(key: string): Frames {
  return encodePublication('status', { execution_state: 'starting' }, nothing, key)
}

/** What tells a client that it hears us from now on: it has subscribed to `subscription`. */
export function encodeWelcome(subscription: string, key: string): Frames {
  return encode('iopub_welcome', { subscription }, nothing, key, [Buffer.from(subscription)])
}

/** As {@link encode}, for all who listen: the topic is the type. */
export function encodePublication(type: string, content: Content, parent: Parent, key: string): Frames {
  return encode(type, content, parent, key, [Buffer.from(type)])
}

function sign(body: (Buffer | string)[], key: string): string {
  // The protocol's way to switch signing off.
  if (key === '') return ''
  const hmac = createHmac('sha256', key)
  for (const part of body) hmac.update(part)
  return hmac.digest('hex')
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function parseHeader(text: string): Header {
  const header = parseObject(text)
  if (typeof header['msg_type'] !== 'string' || typeof header['msg_id'] !== 'string') {
    throw new Error('a message header has no msg_type or msg_id')
  }
  // Every answer repeats it; one that is nested too deeply fails here.
  JSON.stringify(header)
  return header as unknown as Header
}

function parseObject(text: string): Content {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new Error('a message part is not a JSON object')
  return value as Content
}
