// @ts-check
/**
 * The first step on a bare clone: `node tools/setup/src/setup.mjs`, run by `npm start` and `npm test`.
 *
 * Needs Node ≥ 20. This file alone is read by an older one too, which is told so.
 */
import process from 'node:process'

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(
    `✗ Node ${process.versions.node} is too old: flatland needs Node ≥ 20 to install itself. Get it from your package manager or from Node's own site, and run the same command again.`,
  )
  process.exitCode = 1
} else {
  void import('./install.mjs')
}
