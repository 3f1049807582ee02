import { setTimeout } from 'node:timers'
import type { StreamName } from './output-streams.ts'
import { log } from './server-log.ts'
import { encodePublication, type Frames, type Parent } from './wire.ts'

interface Sender {
  send(frames: Frames): Promise<void>
}

export interface Outbox<Name> {
  send(socket: Name, frames: Frames, weight?: number): void
  /** Publishes text of a standard stream; what a cell writes in quick succession goes out as one message. */
  stream(parent: Parent, name: StreamName, text: string): void
  /** Resolves when all is handed to the sockets. */
  sent(): Promise<void>
}

/** How long stream text waits for more of its kind, in ms, and the most that waits, in characters. */
const patience = 20
const mostText = 1 << 18

/**
 * Sends messages one after another, whatever the socket: a reply never overtakes the outputs before it.
 *
 * @param isSent Is told the weight of what has gone out; that of stream text are its characters.
 */
export function createOutbox<Name extends string>(
  sockets: Record<Name | 'iopub', Sender>,
  key: string,
  isSent: (weight: number) => void,
): Outbox<Name | 'iopub'> {
  let sending = Promise.resolve()
  let held: { parent: Parent; name: StreamName; texts: string[]; characters: number } | undefined

  function release(): void {
    if (!held) return
    const { parent, name, texts, characters } = held
    held = undefined
    enqueue('iopub', encodePublication('stream', { name, text: texts.join('') }, parent, key), characters)
  }

  function enqueue(socket: Name | 'iopub', frames: Frames, weight: number): void {
    sending = sending
      .then(() => sockets[socket].send(frames))
      .catch((error: unknown) => {
        log(`not sent on ${socket}: ${String(error)}`)
      })
      .then(() => {
        isSent(weight)
      })
  }

  return {
    send(socket, frames, weight = 0) {
      release()
      enqueue(socket, frames, weight)
    },
    stream(parent, name, text) {
      if (held && (held.name !== name || held.parent.header.msg_id !== parent.header.msg_id)) release()
      if (!held) {
        held = { parent, name, texts: [], characters: 0 }
        setTimeout(release, patience)
      }
      held.texts.push(text)
      held.characters += text.length
      if (held.characters > mostText) release()
    },
    async sent() {
      release()
      await sending
    },
  }
}
