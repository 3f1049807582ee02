import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimeDirectory } from './jupyter-environment.ts'
import { pressCtrlC, start, temporaryFolder, untilPrinted } from './test-support.ts'

const folder = temporaryFolder()

test('a server on the loopback address, closed without its token, that leaves nothing behind', async () => {
  const home = join(folder, 'home')
  mkdirSync(home)
  const running = () =>
    existsSync(runtimeDirectory())
      ? readdirSync(runtimeDirectory()).filter(name => name.startsWith('jpserver'))
      : []
  const before = running()
  const { child, printed, ended } = start(['lab', '--no-browser'], folder, { HOME: home })
  const url = new URL(await untilPrinted(child, printed, /http:\S+/))
  try {
    expect(url.hostname).toBe('127.0.0.1')
    const token = url.searchParams.get('token') ?? ''
    expect(token).toMatch(/^[0-9a-f]{48}$/)
    const api = new URL('/api/contents', url)
    expect((await fetch(api)).status).toBe(403)
    const contents = await fetch(api, { headers: { Authorization: `token ${token}` } })
    // The root of the server is the folder of the notebooks.
    const { content } = (await contents.json()) as { content: { name: string }[] }
    expect(content.map(({ name }) => name)).toContain('package.json')
  } finally {
    pressCtrlC(child)
  }
  expect((await ended).code).toBe(0)
  expect(running()).toEqual(before)
  expect(readdirSync(home)).toEqual([])
})
