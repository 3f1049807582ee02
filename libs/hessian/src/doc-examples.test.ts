import { readdirSync, readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'

const folder = new URL('.', import.meta.url)
const sources = new Map(
  readdirSync(folder)
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'index.ts')
    .map(name => [name, readFileSync(new URL(name, folder), 'utf8')]),
)

/** Host algorithms reach no TensorFlow: they run where none is installed, and start at once. */
const host = [...sources.keys()].filter(name => !reachesTensorFlow(name))

function reachesTensorFlow(name: string, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false
  seen.add(name)
  const source = sources.get(name) ?? ''
  // Of @flatland/tensor only the whole loads it, not the parts that are named by a path.
  if (/from '@(tensorflow\/|flatland\/tensor')/.test(source)) return true
  return Array.from(source.matchAll(/from '\.\/([^']+)'/g), ([, next]) => next ?? '').some(next =>
    reachesTensorFlow(next, seen),
  )
}

/** The lines of each @example of a file, up to the next tag or the end of the comment. */
function examplesOf(name: string): string[] {
  const blocks = (sources.get(name) ?? '').matchAll(/^ *\* @example\n((?: *\* (?!@).*\n| *\*\n)+)/gm)
  return Array.from(blocks, ([, block]) => (block ?? '').replaceAll(/^ *\* ?/gm, ''))
}

/**
 * An example as a program: a line `expression // value` becomes a comparison with the value. The names of the package are in
 * scope.
 */
function programOf(example: string, names: readonly string[]): string {
  const lines = example.split('\n').map(line => {
    const [, declaration, expression, value] =
      /^(const (?:\w+|\{[^}]*\}) = )?(\S.*) \/\/ (.*)$/.exec(line) ?? []
    if (expression === undefined || value === undefined) return line
    if (declaration !== undefined) return line
    return `;compare(await (${expression}), ${value})`
  })
  return `(async ({ compare, ${names.join(', ')} }) => {\n${lines.join('\n')}\n})`
}

/** Typed arrays count as arrays, numbers are equal to 10⁻⁶. */
function compare(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number') {
    expect(actual).toBeTypeOf('number')
    expect(actual).toBeCloseTo(expected, 6)
  } else if (Array.isArray(expected)) {
    const items = Array.from(actual as ArrayLike<unknown>)
    expect(items).toHaveLength(expected.length)
    items.forEach((item, i) => {
      compare(item, expected[i])
    })
  } else {
    expect(actual).toBe(expected)
  }
}

const examples = host.flatMap(name => examplesOf(name).map(example => [name, example] as const))

describe('examples in doc comments', () => {
  test.each(examples)('%s', async (_, example) => {
    expect.hasAssertions()
    const modules = await Promise.all(host.map(name => import(new URL(name, folder).href) as Promise<object>))
    const scope: Record<string, unknown> = Object.assign({}, ...modules, { compare }) as Record<
      string,
      unknown
    >
    const names = Object.keys(scope).filter(name => name !== 'compare')
    const run = runInThisContext(programOf(example, names)) as (scope: unknown) => Promise<void>
    await run(scope)
  })

  test('every host function that the package offers has one', () => {
    const index = readFileSync(new URL('index.ts', folder), 'utf8')
    const offering = Array.from(index.matchAll(/export \{([^}]*)\} from '\.\/([^']+)'/g))
      .filter(([, names]) =>
        names?.split(',').some(name => /^[a-z]/.test(name.replace(/^\s*type .*/, '').trim())),
      )
      .map(([, , file]) => file ?? '')
    const hostOffering = offering.filter(name => host.includes(name))
    expect(hostOffering.length).toBeGreaterThan(20)
    expect(hostOffering.filter(name => examplesOf(name).length === 0)).toEqual([])
  })
})
