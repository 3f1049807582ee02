import { readdirSync } from 'node:fs'
import { differenceOf, examplesOf, runExample } from '@flatland/doc-examples'
import { expect, test } from 'vitest'
import * as batchStudyPackage from './index.ts'

/** These need a study, a sweep or a store beside them; the functions' own tests have one. */
const withMore =
  /\b(?:sweep|runTrial|trialStore|parameterStore|taskStore|storedTasks|localExecutor|measureUpdateTimes)(?:<\w+>)?\(|\b(?:rows|result|gradients|eager)\b/

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const examples = files
  .flatMap(name => examplesOf(new URL(name, folder)))
  .filter(({ code }) => !withMore.test(code))
const rows = examples.map((each, i) => [each.file, i, each] as const)

test.each(rows)('%s, %i: what its example says comes out', async (_, __, example) => {
  const stated = await runExample(example, batchStudyPackage)
  expect(stated.length).toBeGreaterThan(0)
  expect(stated.flatMap(each => differenceOf(each) ?? [])).toEqual([])
})
