import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** an HTTP server on 127.0.0.1 which serves one file, as a script says. */
export interface FileServer {
  readonly url: string
  /** The headers of each request so far. */
  readonly requests: readonly IncomingHttpHeaders[]
  /** Cuts the connections of the answers that wait. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

/**
 * What to do with a request: `whole` sends the file and knows no ranges; `range` sends what was asked for; `half` sends up to
 * the middle and waits for `cut`; `misplaced` sends the range from byte 1 on whatever was asked for; `busy` says 503.
 */
export type Answer = 'whole' | 'range' | 'half' | 'misplaced' | 'busy'

/** Answers the requests one after the other by `script`, and all later ones by its last word. */
export async function serveFile(contents: Buffer, script: readonly Answer[]): Promise<FileServer> {
  const requests: IncomingHttpHeaders[] = []
  const waiting: ServerResponse[] = []
  const server = createServer((request, response) => {
    const answer = script[Math.min(requests.length, script.length - 1)] ?? 'whole'
    requests.push(request.headers)
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const start = answer === 'misplaced' ? 1 : answer === 'whole' ? 0 : asked
    if (answer === 'busy') {
      response.writeHead(503).end()
      return
    }
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': contents.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${contents.length - 1}/${contents.length}` }),
    })
    if (answer === 'half') {
      response.write(contents.subarray(start, contents.length / 2))
      waiting.push(response)
    } else response.end(contents.subarray(start))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    requests,
    cut: () => {
      for (const response of waiting.splice(0)) response.destroy()
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
