// @ts-check
/**
 * The first half of set-up: only Node's own modules, plain JavaScript. It installs what the lockfile says, with
 * install scripts off, and hands over to `prepare.ts` under the Node 24 that came with the packages.
 * A second run finds its stamps and takes well under a second; one that comes while the first still works waits.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from './cache-directory.mjs'
import { failureLine, StepFailure, usualFailure, withoutPasswords } from './failure.mjs'
import { codeOf, noteInLock, takeLock } from './lock.mjs'
import { makeFolder } from './make-folder.mjs'
import { step } from './progress.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '')
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.flatland-lock-sha256')
// Not in node_modules, which npm removes. Git ignores .nx.
const lockFile = join(root, '.nx', 'setup.lock')

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // An exit, unlike the signal itself, gives the lock back.
  process.on(signal, () => process.exit(128 + constants.signals[signal]))
}
try {
  await lockClone()
  await installPackages()
  prepareTheRest()
} catch (error) {
  fail(failureLine(error, root))
}

/** A clone that cannot be written needs no lock when it is complete: then nothing writes to it. */
async function lockClone() {
  try {
    await takeLock(lockFile)
  } catch (error) {
    if (!packagesAreInstalled() || !['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error) ?? '')) throw error
  }
}

async function installPackages() {
  if (packagesAreInstalled()) return
  rmSync(stampFile, { force: true })
  const cache = join(cacheDirectory(), 'npm')
  makeFolder(cache)
  // Scripts are off in .npmrc too; the flag says so where it matters. The user's npm may leave out what is needed
  // here. The cache and no logs: ~/.npm stays as it is.
  const args = [
    ...['ci', '--ignore-scripts', '--include=dev', '--include=optional'],
    ...['--no-audit', '--no-fund', '--cache', cache, '--logs-max=0'],
  ]
  const onWindows = process.platform === 'win32'
  await step('Packages of the lockfile', 'npm', args, { cwd: root, shell: onWindows }).catch(explainNpm)
  writeFileSync(stampFile, wantedStamp())
}

function packagesAreInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp()
}

function wantedStamp() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
}

/** @param {unknown} error @returns {never} */
function explainNpm(error) {
  const { message, printed } = error instanceof StepFailure ? error : new StepFailure(String(error))
  if (message.includes('could not be started')) {
    fail('npm is missing: it installs the packages. It comes with Node, or e.g. with `apt install npm`.')
  }
  if (printed.includes('code EUSAGE')) {
    fail(
      'package-lock.json does not fit the package.json files: undo their change (`git status` shows it), or run `npm install`, and run the same command again.',
    )
  }
  // npm says first what is wrong, then how it is used.
  const said = printed.split('\n').filter(line => /^npm (error|ERR!) ./.test(line))
  const whatToDo =
    'The packages are not installed, `npm ci` failed; mend that and run the same command again:'
  fail(
    usualFailure(error, root) ??
      (said.length === 0 ? failureLine(error, root) : [whatToDo, ...said.slice(0, 8)].join('\n')),
  )
}

function prepareTheRest() {
  const prepare = join(root, 'tools', 'setup', 'src', 'prepare.ts')
  const secondHalf = spawn(labNode(), [prepare, lockFile], { cwd: root, stdio: 'inherit' })
  noteInLock(secondHalf.pid)
  secondHalf.on('error', error => fail(failureLine(error, root)))
  secondHalf.on('close', (code, signal) => {
    if (signal === 'SIGKILL')
      fail('The set-up was killed: has the memory run out? Run the same command again.')
    process.exit(code ?? 1)
  })
  process.on('exit', () => secondHalf.kill())
}

/** The Node that everything after this runs on: 24 from the packages, else a new enough host Node. */
function labNode() {
  const brought = join(modules, '.bin', 'node')
  if (existsSync(brought)) return brought
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  fail(
    `No Node 24 package exists for ${process.platform}-${process.arch}, and this Node is ${process.versions.node}: install Node 24 and run the same command again.`,
  )
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`✗ ${withoutPasswords(message)}`)
  process.exit(1)
}
