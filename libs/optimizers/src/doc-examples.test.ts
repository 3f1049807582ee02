import { readdirSync, readFileSync } from 'node:fs'
import { differenceOf, examplesOf, runExample } from '@flatland/doc-examples'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as optimizersPackage from './index.ts'

beforeAll(async () => {
  await useBackend('cpu')
})
beforeEach(() => {
  tf.engine().startScope()
})
afterEach(() => {
  tf.engine().endScope()
})

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  name => name.endsWith('.ts') && !name.endsWith('.test.ts'),
)
const all = files.flatMap(name => examplesOf(new URL(name, folder)))

describe('examples in doc comments', () => {
  const rows = all.map((example, i) => [example.file, i, example] as const)

  test.each(rows)('%s, %i: what it says comes out', async (_, __, example) => {
    const stated = await runExample(example, { ...optimizersPackage, tf })
    expect(stated.length).toBeGreaterThan(0)
    expect(stated.flatMap(each => differenceOf(each) ?? [])).toEqual([])
  })

  test('every function that the package offers has one', () => {
    const index = readFileSync(new URL('index.ts', folder), 'utf8')
    const offered = Array.from(index.matchAll(/export \{([^}]*)\}/g), ([, names = '']) =>
      names.split(','),
    ).flat()
    const functions = offered.map(name => name.trim()).filter(name => /^[a-z]\w*$/.test(name))
    expect(functions.length).toBeGreaterThan(20)
    const code = all.map(example => example.code).join('\n')
    expect(functions.filter(name => !code.includes(`${name}(`))).toEqual([])
  })
})
