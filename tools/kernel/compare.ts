import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { denoSubject } from './compare/deno.ts'
import { overheads, type Overhead } from './compare/overhead.ts'
import { mends, probeAll } from './test/mends/mends.ts'
import { flatland, plainTslab, type Subject } from './test/mends/tested-kernel.ts'

/**
 * `node tools/kernel/compare.ts`: probes plain tslab, Deno's kernel and this one, measures them, and writes both tables
 * into README.md, between the markers.
 */

const readme = join(import.meta.dirname, 'README.md')
const begin = '<!-- begin: written by compare.ts -->'
const end = '<!-- end: written by compare.ts -->'

const columns: { name: Subject['name']; subject: Subject | undefined }[] = [
  { name: 'plain tslab', subject: plainTslab },
  { name: 'Deno', subject: denoSubject() },
  { name: 'flatland', subject: flatland },
]
const subjects = columns.flatMap(({ subject }) => subject ?? [])
const verdicts = new Map<string, Map<string, boolean>>()
for (const subject of subjects) {
  process.stdout.write(`${subject.name} …\n`)
  verdicts.set(subject.name, await probeAll(subject))
}
process.stdout.write('Times …\n')
const times = await overheads(subjects)

writeIntoReadme(tables())
for (const { name } of columns) {
  const right = mends.filter(({ row }) => verdicts.get(name)?.get(row)).length
  process.stdout.write(verdicts.has(name) ? `${name}: ${right} of ${mends.length}\n` : `${name}: not run\n`)
}

function writeIntoReadme(written: string): void {
  const text = readFileSync(readme, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`README.md lacks the lines "${begin}" and "${end}".`)
  writeFileSync(readme, `${text.slice(0, from)}${begin}\n\n${written}\n${text.slice(to)}`)
}

function tables(): string {
  const groups = [...new Set(mends.map(({ group }) => group))]
  const rows = groups.flatMap(group => [
    `| **${group}** | | | |`,
    ...mends
      .filter(mend => mend.group === group)
      .map(({ row }) => line([row, ...columns.map(verdictOn(row))])),
  ])
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${process.platform} ${process.arch}, ${cpus().length} cores, Node ${process.versions.node}`
  const [plain, own] = [overheadOf(plainTslab), overheadOf(flatland)]
  return [
    `Measured on ${date}: ${machine}. "yes": the kernel does it right.`,
    '',
    line(['', ...columns.map(title)]),
    line(['---', ...columns.map(() => ':-:')]),
    ...rows,
    line(['**Right**', ...columns.map(({ name }) => share(verdicts.get(name)))]),
    '',
    'Times in ms, the kernels taking turns: ready (median of 5 starts), and a small cell (200 of them after 30 to warm',
    'up), from the request until reply and `idle` are there.',
    '',
    line(['', ...columns.map(title)]),
    line(['---', ...columns.map(() => '--:')]),
    line(['ready', ...columns.map(timeOf(({ ready }) => ready))]),
    line(['cell, median', ...columns.map(timeOf(({ cell }) => cell.median))]),
    line(['cell, 95 %', ...columns.map(timeOf(({ cell }) => cell.p95))]),
    '',
    `Promised: ready in at most 2500 ms (here ${kept(own.ready <= 2500)}), and at most 10 ms over plain tslab for a cell`,
    `(here ${(own.cell.median - plain.cell.median).toFixed(1)} ms by the medians: ${kept(own.cell.median - plain.cell.median <= 10)}).`,
    '',
  ].join('\n')
}

function overheadOf(subject: Subject): Overhead {
  const found = times[subjects.indexOf(subject)]
  if (!found) throw new Error(`${subject.name} was not measured.`)
  return found
}

function kept(promise: boolean): string {
  return promise ? 'kept' : '**not kept**'
}

function line(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function title({ name, subject }: (typeof columns)[number]): string {
  return subject ? `${name} ${subject.version}` : name
}

function verdictOn(row: string): (column: { name: string }) => string {
  return ({ name }) => {
    const verdict = verdicts.get(name)?.get(row)
    if (verdict === undefined) return 'not run'
    return verdict ? 'yes' : '**no**'
  }
}

function share(found: Map<string, boolean> | undefined): string {
  return found ? `${[...found.values()].filter(Boolean).length} of ${found.size}` : 'not run'
}

function timeOf(part: (overhead: Overhead) => number): (column: { subject: Subject | undefined }) => string {
  return ({ subject }) => {
    const found = subject && times[subjects.indexOf(subject)]
    return found ? part(found).toFixed(part(found) < 100 ? 1 : 0) : 'not run'
  }
}
