// @ts-check
/**
 * The first step on a bare clone: `node tools/setup/src/setup.mjs`, run by `npm start` and `npm test`.
 *
 * Needs Node ≥ 20 and nothing else: only Node's own modules, plain JavaScript. It installs what the lockfile
 * says, with install scripts off, and hands over to `prepare.ts` under the Node 24 that came with the packages.
 * A second run finds its stamps and takes well under a second; one that comes while the first still works waits.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from './cache-directory.mjs'
import { takeLock } from './lock.mjs'
import { step } from './progress.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.flatland-lock-sha256')

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old: flatland needs Node ≥ 20 to install itself. Get it from your package manager or from Node's own site.`,
  )
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // An exit, unlike the signal itself, gives the lock back.
  process.on(signal, () => process.exit(1))
}
// Not in node_modules, which npm removes. Git ignores .nx.
await takeLock(join(root, '.nx', 'setup.lock')).catch(explain)
await installPackages()
const secondHalf = spawn(labNode(), [join(root, 'tools', 'setup', 'src', 'prepare.ts')], {
  cwd: root,
  stdio: 'inherit',
})
secondHalf.on('error', explain)
secondHalf.on('close', code => process.exit(code ?? 1))
process.on('exit', () => secondHalf.kill())

async function installPackages() {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash) return
  rmSync(stampFile, { force: true })
  const cache = join(cacheDirectory(), 'npm')
  // Scripts are off in .npmrc too; the flag says so where it matters. The cache and no logs: ~/.npm stays as it is.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', cache, '--logs-max=0']
  const onWindows = process.platform === 'win32'
  await step('Packages of the lockfile', 'npm', args, { cwd: root, shell: onWindows }).catch(explainNpm)
  writeFileSync(stampFile, lockHash)
}

/** @param {unknown} error @returns {never} */
function explainNpm(error) {
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('could not be started')) {
    fail('npm is missing: it installs the packages. It comes with Node, or e.g. with `apt install npm`.')
  }
  // npm says first what is wrong, then how it is used.
  const cause = message.split('\n').filter(line => /^npm (error|ERR!) ./.test(line))
  fail(
    [
      'The packages are not installed, `npm ci` failed. If the network was gone, run the same command again; ' +
        'if package-lock.json does not fit the package.json files, undo their change or run `npm install`.',
      ...(cause.length > 0 ? cause.slice(0, 8) : message.split('\n').slice(-8)),
    ].join('\n'),
  )
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

/** @param {unknown} error @returns {never} */
function explain(error) {
  fail(error instanceof Error ? error.message : String(error))
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`✗ ${message}`)
  process.exit(1)
}
