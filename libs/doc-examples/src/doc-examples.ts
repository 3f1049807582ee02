import { readFileSync } from 'node:fs'
import { runInNewContext, runInThisContext } from 'node:vm'

/** One `@example` of a doc comment. */
export interface DocExample {
  readonly file: string
  readonly code: string
}

/** A value that an example states beside an expression, and how far the digits that are written allow it to be off. */
export interface Stated {
  readonly actual: unknown
  readonly value: unknown
  readonly tolerance: number
}

/** The lines of each @example of a file, up to the next tag or the end of the comment. */
export function examplesOf(file: URL): DocExample[] {
  const blocks = readFileSync(file, 'utf8').matchAll(/^ *\* @example\n((?: *\* (?!@).*\n| *\*\n)+)/gm)
  const name = file.pathname.split('/').at(-1) ?? ''
  return Array.from(blocks, ([, block = '']) => ({ file: name, code: block.replaceAll(/^ *\* ?/gm, '') }))
}

/**
 * Runs an example, with some names in scope, and gives back what it states: `expression // value`, or
 * `const { name } = expression // value`. A comment that is no value is prose. Values may have a sign −, and a digit
 * less than is known: 0.33 stands for all from 0.325 to 0.335.
 */
export async function runExample(
  { code }: DocExample,
  scope: Readonly<Record<string, unknown>>,
): Promise<Stated[]> {
  const stated: Stated[] = []
  const state = (actual: unknown, text: string): void => {
    stated.push({ actual, value: valueOf(text), tolerance: toleranceOf(text) })
  }
  const body = code.split('\n').map(stating).join('\n')
  const names = Object.keys(scope)
  const program = `(async ({ ${names.join(', ')} }, $state) => {\n${body}\n})`
  const run = runInThisContext(program) as (scope: unknown, state: unknown) => Promise<void>
  await run(scope, state)
  return stated
}

/** The line, with what it states told to `$state`. */
function stating(line: string): string {
  const [, declared = '', expression, comment = ''] = /^(const .*? = )?(\S.*) \/\/ (.*)$/.exec(line) ?? []
  if (expression === undefined || valueOf(comment) === undefined) return line
  if (declared === '') return `;$state(await (${expression}), ${JSON.stringify(comment)})`
  const [, name] = /^const (?:\{ )?(\w+)(?: \})? = $/.exec(declared) ?? []
  return name === undefined ? line : `${line}\n;$state(${name}, ${JSON.stringify(comment)})`
}

/** The value that a comment is, or begins with as in `12.0: the slope`; undefined when it is prose. */
function valueOf(comment: string): unknown {
  const text = comment.replaceAll('−', '-')
  for (const part of [text, text.replace(/: .*/, '')]) {
    try {
      return runInNewContext(`(${part})`)
    } catch {
      continue
    }
  }
  return undefined
}

function toleranceOf(comment: string): number {
  const digits = Array.from(comment.matchAll(/\d\.(\d+)/g), ([, decimals = '']) => decimals.length)
  return digits.length === 0 ? 1e-6 : 0.501 * 10 ** -Math.min(...digits)
}
