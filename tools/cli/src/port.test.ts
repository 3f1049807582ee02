import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { start } from './test-support.ts'

test('a port that another program has is refused in one line, before anything starts', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, stdout, stderr } = await start(['lab', '--no-browser', '--port', String(port)], tmpdir())
    .ended
  server.close()
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(
    new RegExp(`^✗ Port ${port} cannot be had: another program listens on it\\. .*--port.*\\n$`),
  )
})
