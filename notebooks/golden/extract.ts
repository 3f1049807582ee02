/**
 * Keeps what an executed notebook claims, as NN.PROFILE.json beside this file:
 *
 *   npx flatland run 06 --profile lecture
 *   node notebooks/golden/extract.ts notebooks/out/06-accuracy-vs-batch-size.lecture.ipynb
 *
 * Run it again where a change was meant, and read the diff before committing it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { executedClaims } from './executed-claims.ts'
import { claimsToKeep } from './kept-claims.ts'

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node notebooks/golden/extract.ts EXECUTED.ipynb …')
for (const file of files) {
  const run = executedClaims(readFileSync(file, 'utf8'))
  const kept = join(import.meta.dirname, `${run.notebook}.${run.profile}.json`)
  writeFileSync(kept, `${JSON.stringify(claimsToKeep(run), null, 2)}\n`)
  console.log(`${kept}: ${run.claims.length} claims`)
}
