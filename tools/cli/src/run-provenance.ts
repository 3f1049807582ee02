import { availableParallelism, cpus } from 'node:os'
import { z } from 'zod'
import { hasTag, type Notebook } from './notebook-schema.ts'
import { thisCode } from './this-code.ts'

const date = z.iso.datetime({ offset: true })

const provenance = z.object({
  /** Of flatland. */
  version: z.string(),
  /** With `-dirty` where files were changed. */
  commit: z.string().optional(),
  /** All that the `parameters` cell declares, profile and seed among them, as the run had it; text where it is computed. */
  parameters: z.record(z.string(), z.unknown()),
  processor: z.string().optional(),
  cores: z.number(),
  started: date,
  /** When the last cell that ran was done. */
  ended: date,
})
/** Where an executed notebook comes from: what `flatland run` keeps in its `metadata.flatland`. */
export type Provenance = z.infer<typeof provenance>

const metadata = z.looseObject({ flatland: z.unknown().optional() })
/** When the parts of a cell's execution were; Jupyter's convention. */
const execution = z.record(z.string(), date)

/**
 * The notebook that is about to run, with all that is known of the run by now; an earlier run's note is replaced. `ended`
 * is added by the runner.
 */
export async function withProvenance(notebook: Notebook): Promise<Notebook> {
  const { version, commit } = thisCode()
  const processor = cpus()[0]?.model
  const note: Omit<Provenance, 'ended'> = {
    version,
    ...(commit === undefined ? {} : { commit }),
    parameters: await parametersOf(notebook),
    ...(processor === undefined ? {} : { processor }),
    cores: availableParallelism(),
    started: new Date().toISOString(),
  }
  const others = metadata.safeParse(notebook['metadata']).data
  return { ...notebook, metadata: { ...others, flatland: note } }
}

async function parametersOf(notebook: Notebook): Promise<Record<string, unknown>> {
  if (!notebook.cells.some(cell => hasTag(cell, 'parameters'))) return {}
  // The compiler takes a while to load, and a notebook without parameters does without.
  const { writtenParameters } = await import('./written-parameters.ts')
  return Object.fromEntries(
    [...writtenParameters(notebook)].map(([name, { value, text }]) => [name, value ?? text]),
  )
}

/**
 * What `flatland run` kept of the run, where it still is the truth.
 *
 * @returns undefined when there is none, or when a cell has run since, in JupyterLab or by papermill: the outputs then are of
 *   more than one run
 */
export function provenanceOf(notebook: Notebook): Provenance | undefined {
  const { data } = provenance.safeParse(metadata.safeParse(notebook['metadata']).data?.flatland)
  if (data === undefined) return undefined
  const ended = Date.parse(data.ended)
  // JupyterLab takes the times away from a cell that it runs.
  const isOfRun = (times: readonly number[]) => times.length > 0 && times.every(time => time <= ended)
  const ran = notebook.cells.filter(cell => typeof cell['execution_count'] === 'number')
  return ran.every(({ metadata: { execution } }) => isOfRun(timesIn(execution))) ? data : undefined
}

/** When an executed notebook's last cell was done, by its cells' own times; undefined where they have none. */
export function lastReply({ cells }: Notebook): Date | undefined {
  const replies = cells.flatMap(cell => {
    const { data } = execution.safeParse(cell.metadata['execution'])
    return data?.['shell.execute_reply'] ?? []
  })
  return replies.length === 0 ? undefined : new Date(Math.max(...replies.map(reply => Date.parse(reply))))
}

function timesIn(found: unknown): number[] {
  return Object.values(execution.safeParse(found).data ?? {}).map(time => Date.parse(time))
}
