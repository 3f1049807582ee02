import { once } from 'node:events'
import { createServer } from 'node:net'
import { UsageError } from './usage-error.ts'

/** @throws UsageError when a server cannot listen on this port of 127.0.0.1, with the reason */
export async function requireFreePort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      EADDRINUSE: 'another program listens on it',
      EACCES: 'this user may not listen on it',
    }
    throw new UsageError(
      `Port ${port} cannot be had: ${reasons[code ?? ''] ?? message}. ` +
        'Take another one with --port, or leave --port out: then it is 8888, or the next free one.',
    )
  }
  server.close()
  await once(server, 'close')
}
