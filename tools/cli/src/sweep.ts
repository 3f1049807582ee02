import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { claimsOf } from './claims-of.ts'
import type { NotebookFile } from './notebooks.ts'
import { splitAssignment } from './parameter-values.ts'
import { outputName, parametersOf, readNotebook, runNotebook } from './run.ts'
import { sweepGrid } from './sweep-grid.ts'
import { isInterrupted, sweepPage, type SweepRun } from './sweep-page.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs a notebook once for each point of a grid, in turn, and writes a page that compares the runs by their claims.
 * Goes on after a run that failed; ends when one is interrupted.
 *
 * @param folder absolute; the executed notebooks and the page go there
 * @param fixed `name=value` texts, the same for all runs
 * @param sweeps `name=value,value,…` texts
 * @returns exit code: 0 done, 1 a run failed, that of the run which was interrupted
 * @throws UsageError for what the notebook does not take, before anything runs
 */
export async function sweepNotebook(
  notebook: NotebookFile,
  folder: string,
  fixed: readonly string[],
  sweeps: readonly string[],
): Promise<number> {
  if (folder.endsWith('.ipynb')) {
    throw new UsageError(`--output ${folder}: a sweep needs a folder, for its notebooks and its page.`)
  }
  const points = sweepGrid(sweeps, fixed, await parametersOf(notebook, readNotebook(notebook)))
  const names = sweeps.map(text => splitAssignment(text)[0])
  const page = join(folder, `${outputName(notebook, undefined, fixed)}.sweep-${names.join('-')}.html`)
  const runs: SweepRun[] = []
  for (const [i, point] of points.entries()) {
    console.error(`Run ${i + 1} of ${points.length}`)
    const run = await runPoint(notebook, folder, fixed, point)
    runs.push(run)
    mkdirSync(folder, { recursive: true })
    // After every run: it can be looked at meanwhile, and stays when the sweep is stopped.
    writeFileSync(page, sweepPage({ title: notebook.name, fixed, names, runs, planned: points.length }))
    if (isInterrupted(run)) break
  }
  return summarise(runs, points.length, page)
}

async function runPoint(
  notebook: NotebookFile,
  folder: string,
  fixed: readonly string[],
  point: readonly string[],
): Promise<SweepRun> {
  const settings = [...fixed, ...point]
  const file = `${outputName(notebook, undefined, settings)}.ipynb`
  const output = join(folder, file)
  const exit = await runNotebook(notebook, output, undefined, settings)
  const values = point.map(text => splitAssignment(text)[1])
  return {
    values,
    exit,
    file,
    claims: exit === 0 ? claimsOf(readNotebook({ ...notebook, path: output })) : [],
  }
}

/** Says what failed. */
function summarise(runs: readonly SweepRun[], planned: number, page: string): number {
  console.log(`Comparison: ${relative(process.cwd(), page)}`)
  const last = runs.at(-1)
  if (last !== undefined && isInterrupted(last)) return last.exit
  const failed = runs.filter(({ exit }) => exit !== 0)
  if (failed.length === 0) return 0
  console.error(`✗ ${failed.length} of ${planned} runs failed: ${failed.map(({ file }) => file).join(', ')}`)
  return 1
}
