import { expect, test } from 'vitest'
import { chooseParts, PARTS, planned } from './parts.ts'

const names = (parts: ReturnType<typeof chooseParts>) =>
  parts.map(({ name, cases }) => [name, ...cases.map(each => each.name)])

test('all is every part with every case', () => {
  expect(chooseParts(['all'], [])).toEqual(PARTS)
  expect(chooseParts(['curve', 'steps'], []).map(({ name }) => name)).toEqual(['steps', 'curve'])
})

test('no part means the steps', () => {
  expect(chooseParts([], [])).toEqual(chooseParts(['steps'], []))
})

test('names choose cases, in the order of the table; a part without any is left out', () => {
  expect(names(chooseParts(['steps'], ['cnn-32', 'mlp-16']))).toEqual([['steps', 'mlp-16', 'cnn-32']])
  expect(names(chooseParts(['all'], ['mlp-16']))).toEqual([
    ['steps', 'mlp-16'],
    ['curve', 'mlp-16'],
    ['fresh', 'mlp-16'],
  ])
})

test('the curve doubles from 1 to 16384', () => {
  const [curve] = chooseParts(['curve'], [])
  const sizes = curve?.cases.map(({ batch }) => batch) ?? []
  expect(sizes).toHaveLength(15)
  expect([sizes[0], sizes[14]]).toEqual([1, 16384])
  expect(sizes.slice(1).every((size, i) => size === 2 * (sizes[i] ?? NaN))).toBe(true)
})

test('what two parts have is timed once, on the runners of both', () => {
  const plan = planned(chooseParts(['steps', 'curve'], []))
  const on = (name: string) => plan.filter(each => each.case.name === name).map(({ runners }) => runners)
  expect(on('mlp-16')).toEqual([['pytorch', 'native', 'compiled', 'wasm']])
  expect(on('mlp-32')).toEqual([['pytorch', 'native', 'compiled']])
  expect(on('mlp-point-hvp')).toEqual([['pytorch', 'compiled']])
  expect(planned(chooseParts(['curve'], ['mlp-16']))[0]?.runners).toEqual(['pytorch', 'native', 'compiled'])
})

test('an optimiser is timed with each of PyTorch’s ways to update that it has', () => {
  const plan = planned(chooseParts(['optimizers'], ['adam-16', 'rmsprop-16', 'lamb-16']))
  expect(plan.map(({ runners }) => runners)).toEqual([
    ['pytorch', 'pytorch-foreach', 'native', 'compiled'],
    ['pytorch', 'pytorch-foreach', 'pytorch-fused', 'native', 'compiled'],
    ['native', 'compiled'],
  ])
})

test.each([
  [['step'], [], "'step' is no part of the benchmark; choose from steps, optimizers, curve, fresh, all"],
  [['steps'], ['mlp-16', 'mlp-17'], "'mlp-17' is no case of the benchmark; choose from mlp-16, mlp-64, "],
  [['steps'], ['adam-16'], "'adam-16' is no case of the benchmark; choose from mlp-16, "],
])('what is not there is refused with what is: %j %j', (parts, only, message) => {
  expect(() => chooseParts(parts, only)).toThrow(RangeError)
  expect(() => chooseParts(parts, only)).toThrow(message)
})
