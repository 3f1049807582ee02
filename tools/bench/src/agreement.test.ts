import { afterEach, expect, test } from 'vitest'
import { checkAgreement, refuseDifferences } from './agreement.ts'
import type { Runner } from './runner.ts'
import { startScript, startTfjs } from './test-support.ts'

const started: Runner[] = []
afterEach(() => {
  for (const runner of started.splice(0)) runner.stop()
})

test('native and wasm agree', async () => {
  started.push(await startTfjs('native'), await startTfjs('wasm'))
  await expect(checkAgreement(started, 3)).resolves.toBeUndefined()
})

test('a runner that computes something else stops the benchmark', async () => {
  const wrong = `write({ loss: 1, gradient: 1, product: 1, lossAfterStep: 1 })`
  started.push(await startTfjs('native'), await startScript('pytorch', wrong))
  await expect(checkAgreement(started, 3)).rejects.toThrow(
    /^the runners do not compute the same, so nothing was timed: 'loss' of a small mlp is [\d.]+ on native and 1 on pytorch$/,
  )
})

test.each([
  ['loss', 2 * (1 + 1.1e-4)],
  ['gradient', 2 * (1 - 1.1e-4)],
  ['product', 2 * (1 + 1.1e-3)],
  ['lossAfterStep', NaN],
])('a difference in %s alone is found', (quantity, value) => {
  const answers = { loss: 2, gradient: 2, product: 2, lossAfterStep: 2 }
  const network = { kind: 'mlp', inputs: 1, hidden: [], classes: 2 } as const
  const compare = (other: object) => () => {
    refuseDifferences(network, [['native', answers], ['wasm', { ...answers, ...other }]]) // prettier-ignore
  }
  expect(compare({})).not.toThrow()
  expect(compare({ [quantity]: value })).toThrow(
    `'${quantity}' of a small mlp is 2 on native and ${value} on wasm`,
  )
})
