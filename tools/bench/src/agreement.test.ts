import { afterEach, expect, test } from 'vitest'
import { checkAgreement, refuseDifferences } from './agreement.ts'
import { OPTIMIZER_KINDS, type OptimizerKind, optimizerOf } from './optimizers.ts'
import type { Runner, RunnerName } from './runner.ts'
import { startScript, startTfjs } from './test-support.ts'

const started: Runner[] = []
afterEach(() => {
  for (const runner of started.splice(0)) runner.stop()
})

test('native, compiled and wasm agree', async () => {
  started.push(await startTfjs('native'), await startTfjs('compiled'), await startTfjs('wasm'))
  await expect(checkAgreement(started, 3)).resolves.toBeUndefined()
})

test('a runner that computes something else stops the benchmark', async () => {
  const wrong = `write({ loss: 1, gradient: 1, product: 1, pointProduct: 1, lossAfterStep: 1, lossAfter: {} })`
  started.push(await startTfjs('native'), await startScript('pytorch', wrong))
  await expect(checkAgreement(started, 3)).rejects.toThrow(
    /^the runners do not compute the same, so nothing was timed: 'loss' of a small mlp is [\d.]+ on native and 1 on pytorch$/,
  )
})

const lossAfter = Object.fromEntries(OPTIMIZER_KINDS.map(kind => [kind, 2]))
const answers = { loss: 2, gradient: 2, product: 2, pointProduct: 2, lossAfterStep: 2, lossAfter }
/** What was asked: updates by these optimisers. */
const asked = (kinds: readonly OptimizerKind[] = OPTIMIZER_KINDS) => ({
  network: { kind: 'mlp', inputs: 1, hidden: [], classes: 2 } as const,
  optimizers: kinds.map(kind => optimizerOf(kind, 0.1)),
})
const compare = (other: object, name: RunnerName) => () => {
  refuseDifferences(asked(), [['native', answers], [name, { ...answers, ...other }]]) // prettier-ignore
}

test.each([
  ['loss', 2 * (1 + 1.1e-4)],
  ['gradient', 2 * (1 - 1.1e-4)],
  ['product', 2 * (1 + 1.1e-3)],
  ['pointProduct', 2 * (1 + 1.1e-3)],
  ['lossAfterStep', NaN],
])('a difference in %s alone is found', (quantity, value) => {
  expect(compare({}, 'wasm')).not.toThrow()
  expect(compare({ [quantity]: value }, 'wasm')).toThrow(
    `'${quantity}' of a small mlp is 2 on native and ${value} on wasm`,
  )
})

test.each(OPTIMIZER_KINDS)('a difference after updates by %s is found', kind => {
  const other = (value: number | undefined) =>
    compare({ lossAfter: { ...lossAfter, [kind]: value } }, 'compiled')
  expect(other(2 * (1 + 0.9e-4))).not.toThrow()
  expect(other(2 * (1 + 1.1e-4))).toThrow(`'lossAfter.${kind}' of a small mlp is 2 on native and 2.00022`)
  expect(other(undefined)).toThrow('and NaN on compiled')
})

test('what a runner does not have, nothing is asked of; the others are compared all the same', () => {
  const without = (...kinds: string[]) => ({
    lossAfter: Object.fromEntries(Object.entries(lossAfter).filter(([kind]) => !kinds.includes(kind))),
  })
  expect(compare(without('rmsprop', 'lars', 'lamb', 'sam', 'asam'), 'pytorch-fused')).not.toThrow()
  expect(compare(without('rmsprop'), 'pytorch-foreach')).toThrow("'lossAfter.rmsprop'")
  const others = [
    ['native', answers],
    ['compiled', { ...answers, lossAfter: { ...lossAfter, lamb: 3 } }],
  ] as const
  expect(() => {
    refuseDifferences(asked(), [['pytorch', { ...answers, lossAfter: {} }], ...others])
  }).toThrow("'lossAfter.sgd' of a small mlp is NaN on pytorch")
  const pytorch = { ...answers, ...without('lars', 'lamb', 'sam', 'asam') }
  expect(() => {
    refuseDifferences(asked(), [['pytorch', pytorch], ...others])
  }).toThrow("'lossAfter.lamb' of a small mlp is 2 on native and 3 on compiled")
})

test('after updates that nobody was asked to make, nothing is compared', () => {
  const given = [
    ['native', { ...answers, lossAfter: { adamW: 2 } }],
    ['wasm', { ...answers, lossAfter: { adamW: 2, sgd: 3 } }],
  ] as const
  expect(() => {
    refuseDifferences(asked(['adamW']), given)
  }).not.toThrow()
  expect(() => {
    refuseDifferences(asked(['adamW', 'sgd']), given)
  }).toThrow("'lossAfter.sgd' of a small mlp is NaN on native and 3 on wasm")
})
