import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { z } from 'zod'
import type { Words } from './handout-words.ts'
import { hasTag, type Notebook, sourceOf } from './notebook-schema.ts'
import { ROOT } from './repository.ts'

const text = z.union([z.string(), z.array(z.string())]).transform(lines => [lines].flat().join(''))
const outputs = z.array(z.looseObject({ data: z.looseObject({ 'text/plain': text.optional() }).optional() }))
/** When the parts of a cell's execution were, as ISO dates; Jupyter's convention. */
const execution = z.looseObject({ 'shell.execute_reply': z.iso.datetime({ offset: true }) })

/** A line of the footer: its name and what it says. */
export type Fact = readonly [name: string, value: string]

/**
 * What a reader must know to make an executed notebook again: parameters as they were set, backend and versions as the
 * notebook printed them, when it ran. What it does not say is left out.
 *
 * @param notebook the executed notebook
 */
export function factsOf(notebook: Notebook, words: Words): Fact[] {
  const { profile, seed, ...others } = Object.fromEntries(parametersOf(notebook))
  const rest = Object.entries(others).map(([name, value]) => `${name} = ${value}`)
  const facts: [string, string | undefined][] = [
    [words.profile, profile?.replace(/^'(.*)'$/, '$1')],
    [words.seed, seed],
    [words.parameters, rest.length === 0 ? undefined : rest.join(', ')],
    ...environmentOf(notebook, words),
    [words.run, whenItRan(notebook)],
  ]
  return facts.flatMap(([name, value]): Fact[] => (value === undefined ? [] : [[name, value]]))
}

/** When the page is made, and of which code. */
export function factsOfPage(words: Words, now = new Date()): Fact[] {
  const commit = describeCommit()
  const parts = [
    minute(now),
    `flatland ${version()}`,
    ...(commit === undefined ? [] : [`${words.commit} ${commit}`]),
  ]
  return [[words.made, parts.join(', ')]]
}

/** The values as they are written in the cells tagged `parameters` and `injected-parameters`, the later over the earlier. */
function parametersOf({ cells }: Notebook): Map<string, string> {
  const tagged = cells.filter(cell => hasTag(cell, 'parameters') || hasTag(cell, 'injected-parameters'))
  return new Map(tagged.flatMap(cell => assignedIn(sourceOf(cell))))
}

/** Top-level `let name = value`, `const name = value` and `name = value`. */
function assignedIn(source: string): [string, string][] {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true)
  return file.statements.flatMap(statement => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name, initializer }): [string, string][] =>
        initializer === undefined ? [] : [[name.getText(file), initializer.getText(file)]],
      )
    }
    if (!ts.isExpressionStatement(statement)) return []
    const { expression } = statement
    const assigns =
      ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken
    return assigns ? [[expression.left.getText(file), expression.right.getText(file)]] : []
  })
}

/** Our notebooks end with an object that says what they ran on, as Node prints it. */
function environmentOf({ cells }: Notebook, words: Words): [string, string | undefined][] {
  const printed = cells
    .flatMap(cell => outputs.safeParse(cell['outputs']).data ?? [])
    .map(({ data }) => data?.['text/plain'] ?? '')
    .findLast(plain => /^\{\s+backend: \{/.test(plain))
  if (printed === undefined) return []
  const [backend = ''] = /backend: \{[^}]*\}/.exec(printed) ?? []
  const tensorflow = stringIn(backend, 'tensorflow')
  const [, threads] = /threads: (\d+)/.exec(backend) ?? []
  const node = stringIn(printed, 'node')
  const parts = [
    stringIn(backend, 'name'),
    tensorflow === undefined ? undefined : `TensorFlow ${tensorflow}`,
    threads === undefined ? undefined : `${words.threads}: ${threads}`,
    node === undefined ? undefined : `Node ${node.replace(/^v/, '')}`,
  ]
  return [
    [words.backend, parts.filter(part => part !== undefined).join(', ')],
    [words.machine, stringIn(printed, 'processor')],
  ]
}

function stringIn(printed: string, name: string): string | undefined {
  return new RegExp(`\\b${name}: '([^']*)'`).exec(printed)?.[1]
}

/** When the last cell that ran was done. */
function whenItRan({ cells }: Notebook): string | undefined {
  const replies = cells.flatMap(({ metadata }) => {
    const { data } = execution.safeParse(metadata['execution'])
    return data === undefined ? [] : Date.parse(data['shell.execute_reply'])
  })
  return replies.length === 0 ? undefined : minute(new Date(Math.max(...replies)))
}

/** E.g. `2026-11-30 07:32 UTC`. */
function minute(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Undefined where the folder is no clone. */
function describeCommit(): string | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined
  try {
    const args = ['describe', '--always', '--tags', '--dirty']
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // No git on this machine: the page says what is known.
    return undefined
  }
}

function version(): string {
  const { version: found } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  return found
}
