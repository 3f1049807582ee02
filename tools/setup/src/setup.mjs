// @ts-check
/**
 * The first step on a bare clone: `node tools/setup/src/setup.mjs`, run by `npm start` and `npm test`.
 *
 * Needs Node ≥ 20 and nothing else: only Node's own modules, plain JavaScript. It installs what the lockfile
 * says, with install scripts off, and hands over to `prepare.ts` under the Node 24 that came with the packages.
 * A second run finds its stamps and takes well under a second.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { step } from './progress.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.flatland-lock-sha256')

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old: flatland needs Node ≥ 20 to install itself. Get it from your package manager or from Node's own site.`,
  )
}

const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex')
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== lockHash) {
  rmSync(stampFile, { force: true })
  // Scripts are off in .npmrc too; the flag says so where it matters.
  await step('Packages of the lockfile', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  writeFileSync(stampFile, lockHash)
}

const { status } = spawnSync(labNode(), [join(root, 'tools', 'setup', 'src', 'prepare.ts')], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)

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
  console.error(`✗ ${message}`)
  process.exit(1)
}
