import { expect, test } from 'vitest'
import { type Case, MLP_STEPS, OPTIMIZER_STEPS, STEPS } from './cases.ts'

/** What a case promises, as text. */
const promises = (cases: readonly Case[], runner: string) =>
  cases.map(({ name, limits = [] }) => [
    name,
    ...limits
      .filter(limit => limit.runner === runner)
      .map(({ of, ratio }) => `${Number(ratio.toPrecision(3))} ${of}`),
  ])

test('compiled work is promised to be no slower than PyTorch, and faster with few examples and in products', () => {
  expect(promises(STEPS, 'compiled')).toEqual([
    ['mlp-16', '0.7 pytorch'],
    ['mlp-64', '1 pytorch'],
    ['mlp-256', '1 pytorch'],
    ['mlp-2048', '1 pytorch'],
    ['mlp-16384', '1 pytorch'],
    ['mlp-hvp', '0.8 pytorch'],
    ['mlp-point-hvp', '1 pytorch'],
    ['mlp-gradient', '1 pytorch'],
    ['cnn-32', '1 pytorch'],
    ['cnn-256', '1 pytorch'],
    ['cnn-hvp', '0.8 pytorch'],
    ['cnn-point-hvp', '1 pytorch'],
    ['cnn-gradient', '1 pytorch'],
    ['bert-32', '1 pytorch'],
  ])
  expect(promises(OPTIMIZER_STEPS, 'compiled').filter(([name]) => name?.endsWith('-16'))).toEqual([
    ['sgd-16', '0.7 pytorch'],
    ['momentum-16', '1 pytorch'],
    ['nesterov-16', '1 pytorch'],
    ['rmsprop-16', '1 pytorch'],
    ['adam-16', '1 pytorch', '1.3 pytorch-fused'],
    ['adamW-16', '1 pytorch'],
    // PyTorch has none of these.
    ...['lars-16', 'lamb-16', 'sam-16', 'asam-16'].map(name => [name]),
  ])
})

test('eager work keeps the promises that were made of it', () => {
  expect(promises(STEPS, 'native').filter(([, limit]) => limit !== undefined)).toEqual([
    ['mlp-16', '3.56 pytorch'],
    ['mlp-256', '2.42 pytorch'],
    ['mlp-2048', '1.49 pytorch'],
    ['mlp-16384', '0.966 pytorch'],
    ['mlp-hvp', '1.9 pytorch'],
    ['mlp-gradient', '1.49 pytorch'],
    ['cnn-32', '1.72 pytorch'],
    ['cnn-256', '0.621 pytorch'],
    ['cnn-hvp', '1.9 pytorch'],
  ])
})

test('a name means one case, in whatever table', () => {
  const named = new Map<string, Case>()
  for (const each of [...STEPS, ...OPTIMIZER_STEPS, ...MLP_STEPS]) {
    expect(named.get(each.name) ?? each).toBe(each)
    named.set(each.name, each)
  }
})
