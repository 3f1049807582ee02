import { readdirSync, readFileSync } from 'node:fs'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { examplesOf, runExample } from '../test/doc-examples.ts'
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
    for (const { actual, value, tolerance } of stated) compare(actual, value, tolerance)
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

function compare(actual: unknown, expected: unknown, tolerance: number): void {
  if (actual instanceof tf.Tensor) {
    compare(actual.arraySync(), expected, tolerance)
  } else if (typeof expected === 'number') {
    expect(actual).toBeTypeOf('number')
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance)
  } else if (Array.isArray(expected) && typeof expected[0] === 'number') {
    const items = Array.from(actual as ArrayLike<unknown>)
    expect(items).toHaveLength(expected.length)
    items.forEach((item, i) => {
      compare(item, expected[i], tolerance)
    })
  } else {
    expect(actual).toEqual(expected)
  }
}
