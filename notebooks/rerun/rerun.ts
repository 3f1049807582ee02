/**
 * Runs notebooks in `smoke` as they are committed, keeps them in out/, and then, in the same session, runs each of their
 * sections again, the last one first. What a cell shows must be what it showed before, but for rounding, times, and numbers
 * that are known to vary:
 *
 *   node notebooks/rerun/rerun.ts        # all of them
 *   node notebooks/rerun/rerun.ts 05 08
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { notebookSchema } from '@flatland/cli/src/notebook-schema.ts'
import { findNotebook, type NotebookFile } from '@flatland/cli/src/notebooks.ts'
import { execute, prepare } from '@flatland/cli/src/run.ts'
import { committedNotebooks } from '../truth/committed.ts'
import { compare, DEGREES } from './same-outputs.ts'
import { idOf, isCode, partsOf, withSectionsAgain } from './sections-again.ts'

const out = join(import.meta.dirname, '..', 'out')

/** Cells of which the numbers vary, though they do not speak of time, by notebook. */
const VARYING: Readonly<Record<string, readonly string[]>> = {
  // How many updates were timed, in as many seconds as there were.
  '05': ['cell-11'],
  // Forty steps on one batch, each of which enlarges the rounding of those before: by 5·10⁻³ and more in the end.
  '09': ['cell-15'],
}

const INTERRUPTED = 130

const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : committedNotebooks().map(({ name }) => name.slice(0, 2))
mkdirSync(out, { recursive: true })
const problems: string[] = []
// Last, where whoever reads a long log looks first; also of a run that was interrupted.
process.on('exit', () => {
  for (const problem of problems) console.log(problem)
})
for (const name of names)
  for (const problem of await rerun(findNotebook(name))) problems.push(`✗ ${name} ${problem}`)
if (problems.length > 0) process.exitCode = 1

/** @returns a line for each cell that shows something else the second time, or fails */
async function rerun(notebook: NotebookFile): Promise<string[]> {
  const kept = join(out, `${notebook.name}.smoke.ipynb`)
  const doubled = join(out, `${notebook.name}.again.ipynb`)
  const started = performance.now()
  console.error(`${notebook.name}, smoke, and its sections again → out/${basename(kept)}`)
  const prepared = await prepare(notebook, ['profile=smoke'])
  const exit = await execute(withSectionsAgain(prepared), dirname(notebook.path), doubled)
  if (!existsSync(doubled)) return ['did not start']
  const parts = partsOf(notebookSchema.parse(JSON.parse(readFileSync(doubled, 'utf8'))))
  writeFileSync(kept, `${JSON.stringify(parts.notebook, null, 1)}\n`)
  rmSync(doubled)
  const varying = VARYING[notebook.name.slice(0, 2)] ?? []
  const compared = parts.notebook.cells.filter(isCode).map(cell => {
    const again = parts.again.get(idOf(cell))
    const ran = again !== undefined && typeof again['execution_count'] === 'number'
    return {
      id: idOf(cell),
      found: ran ? compare(cell, again, varying.includes(idOf(cell))) : { other: 'was not run again' },
    }
  })
  const counts = DEGREES.map(degree => `${compared.filter(({ found }) => found === degree).length} ${degree}`)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(
    `${exit === 0 ? '✓' : '✗'} ${notebook.name}: ${compared.length} cells again, ${counts.join(', ')} (${seconds} s)`,
  )
  if (exit === INTERRUPTED) process.exit(exit)
  return compared.flatMap(({ id, found }) => (typeof found === 'object' ? [`${id} ${found.other}`] : []))
}
