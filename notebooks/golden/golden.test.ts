import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimsTable, jupyterDisplay, type Claim } from '@flatland/charts'
import { describe, expect, test } from 'vitest'
import { committedNotebooks } from '../truth/committed.ts'
import { executedClaims } from './executed-claims.ts'
import { claimsToKeep, differences, withoutNumbers, type KeptClaims } from './kept-claims.ts'

const numbers = committedNotebooks().map(({ name }) => name.slice(0, 2))
const kept = new Map(
  readdirSync(import.meta.dirname)
    .filter(file => file.endsWith('.json'))
    .map(file => [file, JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as KeptClaims]),
)

describe('kept runs', () => {
  test.each([...kept])(
    '%s is named for its notebook and profile, and claims each thing once',
    (file, run) => {
      expect(file).toBe(`${run.notebook}.${run.profile}.json`)
      expect(numbers).toContain(run.notebook)
      const statements = run.claims.map(({ statement }) => statement)
      expect(statements.length).toBeGreaterThan(0)
      expect(new Set(statements).size).toBe(statements.length)
    },
  )

  test.each(['smoke', 'lecture'])('every notebook has one in %s', profile => {
    expect(numbers.filter(number => !kept.has(`${number}.${profile}.json`))).toEqual([])
  })

  /** What smoke leaves out, since it trains fewer networks and rules: its other claims are lecture's, in the same order. */
  const onlyInLecture: Record<string, RegExp> = {
    '08': /^C1: /,
    '09': /DavidNet|SGD, momentum|hidden tokens: LARS/,
  }
  /** 08 names the sizes that fit 99 % of the images; in smoke none does, and the statement says so by these words. */
  const statementsOf = (run: KeptClaims | undefined) =>
    run?.claims.map(({ statement }) =>
      withoutNumbers(statement.replace('at the largest', 'at 0').replace('at the smallest', 'at 0')),
    )
  test.each(numbers)(
    '%s claims the same in smoke and in lecture, but for numbers and what is named',
    number => {
      const [smoke, lecture] = ['smoke', 'lecture'].map(profile =>
        statementsOf(kept.get(`${number}.${profile}.json`)),
      )
      const absent = onlyInLecture[number]
      expect(smoke).toEqual(lecture?.filter(statement => !absent?.test(statement)))
      if (absent) expect(lecture?.some(statement => absent.test(statement))).toBe(true)
    },
  )
})

const claims: Claim[] = [
  { statement: 'a < b at 8', source: 'paper', measured: '1 | 2', verdict: 'holds' },
  { statement: 'c: holds', source: 'note', measured: 'not measured', verdict: 'this profile cannot tell' },
]

const [first, second] = claims as [Claim, Claim]

/** A notebook as `flatland run` saves it. */
function executed(
  shown: readonly Claim[] = claims,
  profile = 'lecture',
  ran = `{\n  profile: '${profile}'\n}`,
): string {
  const output = (data: unknown) => ({ output_type: 'execute_result', data })
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    cells: [
      { cell_type: 'markdown', metadata: {}, source: ['# 06 · Accuracy\n', 'text'] },
      {
        cell_type: 'code',
        metadata: {},
        source: [],
        outputs: [output(claimsTable(shown)[jupyterDisplay]())],
      },
      {
        cell_type: 'code',
        metadata: {},
        source: [],
        outputs: [
          { output_type: 'stream', name: 'stdout', text: ['Reloaded a lib\n'] },
          output({ 'text/plain': ran.split(/(?<=\n)/) }),
        ],
      },
    ],
  })
}

describe('claims of an executed notebook', () => {
  test('are those of its claimsTable', () => {
    expect(executedClaims(executed())).toEqual({
      notebook: '06',
      profile: 'lecture',
      ran: "{ profile: 'lecture' }",
      claims: claims.map(({ statement, measured, verdict }) => ({ statement, measured, verdict })),
    })
  })

  test.each([
    ['did not run to its end', executed(claims, 'lecture', '')],
    ['a cell failed', executed().replace('"execute_result"', '"error"')],
    ['no table of claims', executed().replace('| Claim |', '| Claims |')],
    ['not titled', executed().replace('# 06 · ', '# ')],
  ])('are refused: %s', (problem, text) => {
    expect(() => executedClaims(text)).toThrow(problem)
  })
})

describe('a run beside the kept one', () => {
  const run = (shown: readonly Claim[], profile = 'lecture') => executedClaims(executed(shown, profile))
  const beside = (now: readonly Claim[], before: readonly Claim[], profile?: string) =>
    differences(run(now, profile), claimsToKeep(run(before, profile)))

  test('of smoke has statements alone', () => {
    expect(claimsToKeep(run(claims))).toEqual(run(claims))
    expect(claimsToKeep(run(claims, 'smoke'))).toEqual({
      notebook: '06',
      profile: 'smoke',
      claims: claims.map(({ statement }) => ({ statement })),
    })
  })

  test('is the same where only numbers and what was measured differ', () => {
    const other = [{ ...first, statement: 'a < b at 1e-3', measured: '7' }, second]
    expect(beside(other, claims)).toEqual([])
  })

  test('numbers are sizes, intervals and exponents, not parts of names', () => {
    expect(withoutNumbers('F1 on CIFAR-10: −2.5 % from batch 16 to 1,024, φ(1e-3), η/B')).toBe(
      'F1 on CIFAR-10: # % from batch # to #, φ(#), η/B',
    )
  })

  test('differs by a verdict, except in smoke', () => {
    const other = [{ ...first, verdict: 'does not hold' as const }, second]
    expect(beside(other, claims)).toEqual(['a < b at 8\n    now does not hold: 1 | 2\n    kept holds: 1 | 2'])
    expect(beside(other, claims, 'smoke')).toEqual([])
  })

  test('differs by a claim more, less, or other, in smoke too', () => {
    const found = (now: readonly Claim[], before: readonly Claim[]) => beside(now, before, 'smoke')
    expect(found(claims, [first])).toEqual(['claim 2 is\n    now c: holds\n    kept missing'])
    expect(found([first], claims)).toEqual(['claim 2 is\n    now missing\n    kept c: holds'])
    expect(found([second], [first])).toEqual(['claim 1 is\n    now c: holds\n    kept a < b at 8'])
  })
})

test('compare.ts ends with 0 where a run is as kept, else with 1 and what differs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'))
  const file = join(folder, 'run.ipynb')
  const compare = (text: string) => {
    writeFileSync(file, text)
    const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'compare.ts'), file], {
      encoding: 'utf8',
    })
    return { status, stdout }
  }
  try {
    const lecture = kept.get('06.lecture.json')?.claims.map(claim => ({ ...first, ...claim }) as Claim) ?? []
    expect(compare(executed(lecture))).toEqual({ status: 0, stdout: `✓ ${file}: claims as kept\n` })
    const other = compare(executed(claims))
    expect(other.status).toBe(1)
    expect(other.stdout).toContain(`✗ ${file}:\n  claim 1 is\n    now a < b at 8\n    kept MNIST`)
    expect(compare(executed(claims, 'huge')).stdout).toContain('no golden/06.huge.json')
    expect(compare('{"nbformat":4,"nbformat_minor":5,"cells":[]}').stdout).toContain('not titled')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
