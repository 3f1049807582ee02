/** A line to a server that can be cut, and that can fall silent. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface CutProxy {
  readonly port: number
  /** Ends all connections, and refuses others until it is mended. */
  readonly cut: () => void
  /** Lets nothing through, in either direction, and says nothing of it, until it is mended. */
  readonly silence: () => void
  readonly mend: () => void
  readonly stop: () => void
}

/** @param port of the server, on this machine */
export async function cutProxy(port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let state: 'whole' | 'cut' | 'silent' = 'whole'
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
    socket.on('data', data => {
      if (!other.write(data)) socket.pause()
    })
    other.on('drain', () => {
      if (state !== 'silent') socket.resume()
    })
    if (state === 'silent') socket.pause()
  }
  const server = createServer(client => {
    if (state === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect(port, '127.0.0.1')
    keep(client, upstream)
    keep(upstream, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut: () => {
      state = 'cut'
      for (const each of sockets) each.destroy()
    },
    silence: () => {
      state = 'silent'
      for (const each of sockets) each.pause()
    },
    mend: () => {
      state = 'whole'
      for (const each of sockets) each.resume()
    },
    stop: () => {
      for (const each of sockets) each.destroy()
      server.close()
    },
  }
}
