import type { ShownClaim } from './claims-of.ts'

export interface SweepRun {
  /** Of the swept parameters, in the order of their names. */
  readonly values: readonly string[]
  /** Exit code: 0 done, above 128 ended by a signal, any other failed. */
  readonly exit: number
  /** The executed notebook, beside the page. */
  readonly file: string
  readonly claims: readonly ShownClaim[]
}

/** By a signal: 130 for Ctrl-C, as shells have it. */
export function isInterrupted({ exit }: SweepRun): boolean {
  return exit > 128
}

export interface Sweep {
  readonly title: string
  /** `name=value` texts that hold for every run. */
  readonly fixed: readonly string[]
  readonly names: readonly string[]
  readonly runs: readonly SweepRun[]
  /** How many runs there are when all are done. */
  readonly planned: number
}

/**
 * One HTML file that compares the runs of a sweep: a column a run, headed by its values and a link to its executed
 * notebook; a row a claim. Nothing on it runs or loads, and all text is escaped.
 */
export function sweepPage({ title, fixed, names, runs, planned }: Sweep): string {
  const heading = `${title}: ${names.join(' × ')}`
  const head = names.map((name, i) =>
    row(
      name,
      runs.map(run => `<th scope="col">${escape(run.values[i] ?? '')}</th>`),
    ),
  )
  const body = claimRows(runs).map(({ statement, cells }) =>
    row(
      statement,
      cells.map(each => claimCell(each, statement)),
    ),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(heading)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(heading)}</h1>
<p>${escape(`${runs.length} of ${planned} runs. ${fixed.length === 0 ? '' : `All with ${fixed.join(', ')}.`}`)}</p>
<div class="scroll">
<table>
<thead>
${[...head, row('executed notebook', runs.map(linkCell))].join('\n')}
</thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</div>
${body.length === 0 ? '<p>No run has shown claims.</p>\n' : ''}</body>
</html>
`
}

interface ClaimRow {
  readonly statement: string
  /** One for each run. */
  readonly cells: readonly (ShownClaim | undefined)[]
}

/**
 * Claims with the same statement share a row. A statement may hold numbers of its run: where all runs have as many
 * claims, the place counts instead.
 */
function claimRows(runs: readonly SweepRun[]): ClaimRow[] {
  const counts = new Set(runs.map(run => run.claims.length).filter(count => count > 0))
  const keyOf = (claim: ShownClaim, place: number) => (counts.size === 1 ? String(place) : claim.statement)
  const keyed = runs.map(run => new Map(run.claims.map((claim, place) => [keyOf(claim, place), claim])))
  const keys = [...new Set(keyed.flatMap(claims => [...claims.keys()]))]
  return keys.map(key => {
    const cells = keyed.map(claims => claims.get(key))
    return { statement: cells.find(cell => cell !== undefined)?.statement ?? '', cells }
  })
}

function claimCell(claim: ShownClaim | undefined, heading: string): string {
  if (claim === undefined) return '<td></td>'
  const { statement, measured, verdict } = claim
  const own = statement === heading ? '' : `<small>${escape(statement)}</small>`
  return `<td class="${CLASSES.get(verdict) ?? ''}">${own}<b>${escape(verdict)}</b>${escape(measured)}</td>`
}

const CLASSES = new Map([
  ['holds', 'holds'],
  ['does not hold', 'fails'],
])

function linkCell(run: SweepRun): string {
  const { file, exit } = run
  const state = exit === 0 ? 'done' : isInterrupted(run) ? 'interrupted' : 'failed'
  return `<td><a href="./${escape(encodeURIComponent(file))}">${state}</a></td>`
}

function row(heading: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${escape(heading)}</th>${cells.join('')}</tr>`
}

function escape(text: string): string {
  const entities = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&#39;']]) // prettier-ignore
  return text.replaceAll(/[&<>"']/g, char => entities.get(char) ?? char)
}

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --holds: #0a7d3322; --fails: #c0392b22 }
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 80rem }
h1 { font-size: 1.4rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: .875rem }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; min-width: 8rem }
th[scope=row] { position: sticky; left: 0; background: Canvas; min-width: 14rem; max-width: 24rem; font-weight: normal }
td b, td small { display: block }
.holds { background: var(--holds) }
.fails { background: var(--fails) }
@media print { .scroll { overflow: visible } tr { break-inside: avoid } }
`
