import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { kernelSpec } from '../src/kernelspec.ts'
import { startKernel } from './kernel-client.ts'
import { openNotebook, plainText } from './open-notebook.ts'

const { folder, kernel } = openNotebook()

test('shuts down when asked, also from the middle of a loop', async () => {
  const other = await startKernel(folder.path)
  void other.execute('for (;;);')
  await new Promise(resolve => setTimeout(resolve, 100))
  await other.close()
  expect(other.process.killed).toBe(false)
})

test('ends when the process that started it was killed', async () => {
  const other = await startKernel(folder.path, [
    'sh',
    '-c',
    '"$@" & wait',
    'sh',
    ...kernelSpec({ node: process.execPath }).argv,
  ])
  const answer = await other.execute('process.pid')
  const pid = Number(plainText(answer.of('execute_result')[0]))
  expect(isAlive(pid)).toBe(true)
  other.process.kill('SIGKILL')
  while (isAlive(pid)) await new Promise(resolve => setTimeout(resolve, 50))
  await other.close()
})

test('ends when a port of the connection file is taken', async () => {
  const info = kernel().connectionFile
  const [command = '', ...args] = kernelSpec({ node: process.execPath }).argv
  const second = spawn(
    command,
    args.map(arg => arg.replace('{connection_file}', info)),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const said: string[] = []
  second.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  await once(second, 'close')
  expect(said.join('')).toMatch(/^flatland kernel: .*Address already in use/)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
