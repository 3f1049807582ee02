import { readdirSync, readFileSync } from 'node:fs'
import * as tensorPackage from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { differenceOf, type DocExample, examplesOf, runExample } from '@flatland/doc-examples'
import { tensorScope } from '../test/tensor-scope.ts'
import * as hessianPackage from './index.ts'

await tensorScope()

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const all = files.flatMap(name => examplesOf(new URL(name, folder)))

/** They need a module of the reader's beside them: the functions' own tests have one. */
const withModules = ['find-critical-points-in-workers.ts', 'map-in-workers.ts']
const examples = all.filter(({ file }) => !withModules.includes(file))

/** They say in words what comes out: they are run, not compared. */
const inWords = [
  'escape-along-negative-curvature.ts',
  'find-critical-points.ts',
  'quadratic-model.ts',
  'saddle-free-newton.ts',
]

describe('examples in doc comments', () => {
  const rows = examples.map((example, i) => [example.file, i, example] as const)
  const isInWords = ([file]: (typeof rows)[number]): boolean => inWords.includes(file)

  test.each(rows.filter(row => !isInWords(row)))('%s, %i: what it says comes out', async (_, __, example) => {
    expect(await comparisonsOf(example)).toBeGreaterThan(0)
  })

  test.each(rows.filter(isInWords))('%s, %i: runs, and says nothing to compare', async (_, __, example) => {
    expect(await comparisonsOf(example)).toBe(0)
  })

  test('every function that the package offers has one', () => {
    const index = readFileSync(new URL('index.ts', folder), 'utf8')
    const offering = Array.from(index.matchAll(/export \{([^}]*)\} from '\.\/([^']+)'/g))
      .filter(([, names]) =>
        names?.split(',').some(name => /^[a-z]/.test(name.replace(/^\s*type .*/, '').trim())),
      )
      .map(([, , file]) => file ?? '')
    expect(offering.length).toBeGreaterThan(40)
    const withExample = new Set(all.map(({ file }) => file))
    expect(offering.filter(file => !withExample.has(file))).toEqual([])
  })
})

/** Compares what an example states; how much that was. */
async function comparisonsOf(example: DocExample): Promise<number> {
  const stated = await runExample(example, { ...tensorPackage, ...hessianPackage, tf })
  expect(stated.flatMap(each => differenceOf(each) ?? [])).toEqual([])
  return stated.length
}
