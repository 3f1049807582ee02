/**
 * Compares what executed notebooks claim with the kept runs of the same profiles, and ends with 1 where they differ:
 *
 *   node notebooks/golden/compare.ts notebooks/out/06-accuracy-vs-batch-size.lecture.ipynb
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { executedClaims } from './executed-claims.ts'
import { differences, type KeptClaims } from './kept-claims.ts'

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node notebooks/golden/compare.ts EXECUTED.ipynb …')
for (const file of files) {
  const found = compared(file)
  console.log(found.length === 0 ? `✓ ${file}: claims as kept` : `✗ ${file}:\n  ${found.join('\n  ')}`)
  if (found.length > 0) process.exitCode = 1
}

function compared(file: string): string[] {
  try {
    const run = executedClaims(readFileSync(file, 'utf8'))
    const name = `${run.notebook}.${run.profile}.json`
    const kept = join(import.meta.dirname, name)
    if (!existsSync(kept))
      return [`no golden/${name}: keep this run by node notebooks/golden/extract.ts ${file}`]
    return differences(run, JSON.parse(readFileSync(kept, 'utf8')) as KeptClaims)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
