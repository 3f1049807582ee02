#!/usr/bin/env node
// @ts-check
/** Plain JavaScript for any Node ≥ 20: starts the command line on the Node 24 that came with the packages. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..', '..')
const brought = join(root, 'node_modules', '.bin', 'node')

if (!existsSync(join(root, 'node_modules', 'commander')) || !existsSync(join(root, '.venv'))) {
  fail('flatland is not set up yet: run `npm start` or `npm run setup` first, in the repository’s folder.')
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import('../src/main.ts').catch(explain)
} else if (existsSync(brought)) {
  const child = spawn(brought, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  // The child decides when to end, and saves first: this process only passes the signal on and waits.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal))
  child.on('error', explain)
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
} else {
  fail(
    `flatland needs Node 24 and this is ${process.versions.node}: install Node 24, or run \`npm run setup\`.`,
  )
}

/**
 * An installation that was interrupted lacks some package or other.
 *
 * @param {unknown} error
 */
function explain(error) {
  const message = error instanceof Error ? error.message : String(error)
  fail(
    `flatland does not start: run \`npm run setup\` in ${root}, which mends the installation. (${message})`,
  )
}

/** @param {string} message */
function fail(message) {
  console.error(`✗ ${message}`)
  process.exitCode = 1
}
