// @ts-check
import { spawn } from 'node:child_process'
import process from 'node:process'
import { StepFailure } from './failure.mjs'
import { noteInLock } from './lock.mjs'

/**
 * Runs one step of the set-up as a child process and shows that it runs, for how long, and how it ended.
 * On a terminal the line counts seconds in place; elsewhere it is one line at the start and one at the end.
 * What the command prints is kept, and goes into the error when it fails.
 *
 * @param {string} label what the reader sees, e.g. `Packages of the lockfile`
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<void>} rejects with a `StepFailure` when it exits with another code than 0
 */
export async function step(label, command, args, options = {}) {
  const started = Date.now()
  const seconds = () => ((Date.now() - started) / 1000).toFixed(0)
  const live = process.stdout.isTTY
  process.stdout.write(live ? `• ${label} …` : `• ${label} …\n`)
  const ticker = live
    ? setInterval(() => process.stdout.write(`\r• ${label} … ${seconds()} s`), 1000)
    : undefined
  try {
    await run(command, args, options)
    process.stdout.write(`${live ? '\r' : ''}✓ ${label} (${seconds()} s)\n`)
  } catch (error) {
    process.stdout.write(`${live ? '\r' : ''}✗ ${label} (${seconds()} s)\n`)
    throw error
  } finally {
    clearInterval(ticker)
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<void>}
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    noteInLock(child.pid)
    const stop = () => child.kill()
    process.once('exit', stop)
    let printed = ''
    /** @param {Buffer} chunk */
    const keep = chunk => (printed = (printed + chunk.toString()).slice(-20_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', error => {
      reject(new StepFailure(`${command} could not be started: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      process.off('exit', stop)
      if (code === 0) resolve()
      else if (signal === null) {
        const said = printed.trim() || `${command} printed nothing`
        reject(
          new StepFailure(`${command} ${args.join(' ')} ended with code ${String(code)}:\n${said}`, said),
        )
      } else {
        const memory = signal === 'SIGKILL' ? ': has the memory run out?' : '.'
        reject(new StepFailure(`${command} was ended by ${signal}${memory} Run the same command again.`))
      }
    })
  })
}
