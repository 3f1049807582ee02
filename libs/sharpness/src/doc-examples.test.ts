import { readdirSync } from 'node:fs'
import { differenceOf, examplesOf, runExample } from '@flatland/doc-examples'
import * as hessianPackage from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { tensorScope } from '../test/tensor-scope.ts'
import * as sharpnessPackage from './index.ts'

await tensorScope()

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const rows = files.flatMap(name => examplesOf(new URL(name, folder))).map(each => [each.file, each] as const)

test.each(rows)('%s: what its example says comes out', async (_, example) => {
  const stated = await runExample(example, { ...hessianPackage, ...sharpnessPackage, tf })
  expect(stated.length).toBeGreaterThan(0)
  expect(stated.flatMap(each => differenceOf(each) ?? [])).toEqual([])
})
