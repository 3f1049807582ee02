import { z } from 'zod'
import type { Words } from './handout-words.ts'
import type { Notebook } from './notebook-schema.ts'
import { lastReply, provenanceOf, type Provenance } from './run-provenance.ts'
import { thisCode, type Code } from './this-code.ts'
import { writtenParameters } from './written-parameters.ts'

const text = z.union([z.string(), z.array(z.string())]).transform(lines => [lines].flat().join(''))
const outputs = z.array(z.looseObject({ data: z.looseObject({ 'text/plain': text.optional() }).optional() }))

/** A line of the footer: its name and what it says. */
export type Fact = readonly [name: string, value: string]

/**
 * What a reader must know to make an executed notebook again: parameters as they were set, backend and versions as the
 * notebook printed them, when it ran and by which code. What it does not say is left out.
 *
 * @param notebook the executed notebook
 */
export function factsOf(notebook: Notebook, words: Words): Fact[] {
  const { profile, seed, ...others } = Object.fromEntries(
    [...writtenParameters(notebook)].map(([name, { text }]) => [name, text]),
  )
  const rest = Object.entries(others).map(([name, value]) => `${name} = ${value}`)
  const run = provenanceOf(notebook)
  const facts: [string, string | undefined][] = [
    [words.profile, profile?.replace(/^'(.*)'$/, '$1')],
    [words.seed, seed],
    [words.parameters, rest.length === 0 ? undefined : rest.join(', ')],
    ...environmentOf(notebook, words, run),
    [words.run, whenAndBy(run === undefined ? lastReply(notebook) : new Date(run.ended), run, words)],
  ]
  return facts.flatMap(([name, value]): Fact[] => (value === undefined ? [] : [[name, value]]))
}

/**
 * When the page is made, and of which code: nothing where {@link factsOf} has said so, for a page that the code of the run
 * makes on the same day.
 *
 * @param notebook the executed notebook; undefined for a page of several
 */
export function factsOfPage(words: Words, notebook?: Notebook, now = new Date()): Fact[] {
  const run = notebook && provenanceOf(notebook)
  const code = thisCode()
  const isTold = run !== undefined && isSame(run, code) && day(new Date(run.ended)) === day(now)
  return isTold ? [] : [[words.made, whenAndBy(now, code, words) ?? '']]
}

function isSame(one: Code, other: Code): boolean {
  return one.version === other.version && one.commit === other.commit
}

/** E.g. `2026-11-30 07:32 UTC, flatland 0.1.0, commit 0a1b2c3`, or as much of it as is known. */
function whenAndBy(when: Date | undefined, code: Code | undefined, words: Words): string | undefined {
  return joined(
    when && `${day(when)} ${when.toISOString().slice(11, 16)} UTC`,
    code && `flatland ${code.version}`,
    code?.commit && `${words.commit} ${code.commit}`,
  )
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** Our notebooks end with an object that says what they ran on, as Node prints it. */
function environmentOf(
  { cells }: Notebook,
  words: Words,
  run: Provenance | undefined,
): [string, string | undefined][] {
  const printed = cells
    .flatMap(cell => outputs.safeParse(cell['outputs']).data ?? [])
    .map(({ data }) => data?.['text/plain'] ?? '')
    .findLast(plain => /^\{\s+backend: \{/.test(plain))
  const cores = (count: number | string | undefined) =>
    count === undefined ? undefined : `${words.cores}: ${count}`
  if (printed === undefined) return [[words.machine, joined(run?.processor, cores(run?.cores))]]
  const [backend = ''] = /backend: \{[^}]*\}/.exec(printed) ?? []
  const tensorflow = stringIn(backend, 'tensorflow')
  const [, threads] = /threads: (\d+)/.exec(backend) ?? []
  const node = stringIn(printed, 'node')
  return [
    [
      words.backend,
      joined(
        stringIn(backend, 'name'),
        tensorflow && `TensorFlow ${tensorflow}`,
        threads && `${words.threads}: ${threads}`,
        node && `Node ${node.replace(/^v/, '')}`,
      ),
    ],
    [words.machine, joined(stringIn(printed, 'processor'), cores(/\bcores: (\d+)/.exec(printed)?.[1]))],
  ]
}

/** Undefined when nothing is known. */
function joined(...parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter(part => part !== undefined)
  return known.length === 0 ? undefined : known.join(', ')
}

function stringIn(printed: string, name: string): string | undefined {
  return new RegExp(`\\b${name}: '([^']*)'`).exec(printed)?.[1]
}
