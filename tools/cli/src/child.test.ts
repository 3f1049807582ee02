import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Runs a Node script to its end by `runToEnd`, in a process that ends with what that returns. */
function runScript(script: string) {
  const code = `const { runToEnd } = await import(${JSON.stringify(join(import.meta.dirname, 'child.ts'))})
    process.exitCode = await runToEnd(process.execPath, ['-e', ${JSON.stringify(script)}], { env: process.env })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'pipe' })
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  return { child, ended }
}

const waits = 'console.log("waits"); setInterval(() => {}, 1000)'

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a program that does not care with %i, as shells have it', async (signal, code) => {
  const { child, ended } = runScript(waits)
  child.stdout.once('data', () => child.kill(signal))
  expect(await ended).toBe(code)
})

test('a program that saves first decides on its code', async () => {
  const { child, ended } = runScript(`process.on('SIGTERM', () => process.exit(7)); ${waits}`)
  child.stdout.once('data', () => child.kill('SIGINT'))
  expect(await ended).toBe(7)
})

test('its own end and its own signal are told apart', async () => {
  expect(await runScript('process.exit(3)').ended).toBe(3)
  expect(await runScript("process.kill(process.pid, 'SIGKILL')").ended).toBe(137)
})
