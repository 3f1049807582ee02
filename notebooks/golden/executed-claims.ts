import { claimsOf } from '@flatland/cli/src/claims-of.ts'
import { notebookSchema, sourceOf } from '@flatland/cli/src/notebook-schema.ts'

/** What an executed notebook claims in the end, and where its numbers come from. */
export interface ExecutedClaims {
  /** The notebook's number, `06`. */
  readonly notebook: string
  readonly profile: string
  /** What its last cell tells: backend, seed, versions, processor. */
  readonly ran: string
  readonly claims: readonly {
    readonly statement: string
    readonly measured: string
    readonly verdict: string
  }[]
}

/**
 * Reads the claims out of an executed notebook.
 *
 * @param text the `.ipynb` file
 * @throws Error when it is none of these notebooks, did not run to its end, or shows no claims
 *
 * @example
 * executedClaims(readFileSync('out/06-accuracy-vs-batch-size.lecture.ipynb', 'utf8')).claims[0]?.verdict
 */
export function executedClaims(text: string): ExecutedClaims {
  const executed = notebookSchema.parse(JSON.parse(text))
  const [first] = executed.cells
  const [, notebook] = /^# (\d\d) · /.exec(first ? sourceOf(first) : '') ?? []
  if (notebook === undefined) throw new Error('no notebook of ours: its first cell is not titled # NN · …')
  const outputs = executed.cells.map(cell => (cell['outputs'] ?? []) as readonly Output[])
  const failed = outputs.flat().some(output => output.output_type === 'error')
  const ran = resultOf(outputs.at(-1) ?? [])
  const [, profile] = /\bprofile: '(\w+)'/.exec(ran) ?? []
  if (failed || profile === undefined)
    throw new Error(
      `notebook ${notebook} did not run to its end${failed ? ': a cell failed' : ''}; run it again, e.g. npx flatland run ${notebook}`,
    )
  const claims = claimsOf(executed).map(({ statement, measured, verdict }) => ({
    statement,
    measured,
    verdict,
  }))
  if (claims.length === 0) throw new Error(`notebook ${notebook} shows no table of claims`)
  return { notebook, profile, ran, claims }
}

interface Output {
  readonly output_type: string
  readonly data?: Readonly<Record<string, string | readonly string[]>>
}

/** The value that a cell shows, on one line; not what it prints beside it, that a lib was reloaded for instance. */
function resultOf(outputs: readonly Output[]): string {
  const result = outputs.find(({ output_type }) => output_type === 'execute_result')
  return [result?.data?.['text/plain'] ?? ''].flat().join('').replaceAll(/\s+/g, ' ')
}
