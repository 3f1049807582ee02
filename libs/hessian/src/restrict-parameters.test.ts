import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { functionObjective } from './objective.ts'
import { restrictParameters } from './restrict-parameters.ts'
import { subBlock } from './sub-block.ts'

await tensorScope()

test('it is the sub-block of the whole operator', async () => {
  const { objective } = openFixture('mlp-tanh')
  // 6·8 + 8 of the first layer, then 8·7 + 7 of the second.
  const second = restrictParameters(objective, [2, 3])
  const v = Float64Array.from({ length: 63 }, (_, i) => Math.sin(i))
  for (const operator of [hessian, gaussNewton]) {
    const whole = await subBlock(operator(objective), { from: 56, to: 119 }).apply(v)
    expect(relativeError(await operator(second).apply(v), whole)).toBeLessThan(1e-6)
  }
})

test('its order is that of the indices', async () => {
  const objective = functionObjective([tf.scalar(1), tf.scalar(2), tf.scalar(3)], ([a, b, c]) =>
    a.square().add(b.square().mul(2)).add(c.mul(c).mul(c)).add(b.mul(c)),
  )
  const block = hessian(restrictParameters(objective, [2, 1]))
  expect([...(await block.apply(Float64Array.of(1, 10)))]).toEqual([28, 41])
})

test('what it refuses', () => {
  const objective = functionObjective([tf.scalar(1), tf.scalar(2)], () => tf.scalar(0))
  expect(() => restrictParameters(objective, [])).toThrow('there are no indices')
  expect(() => restrictParameters(objective, [2])).toThrow('an index of a parameter is 2')
  expect(() => restrictParameters(objective, [0, 0])).toThrow('the indices are 0, 0; give each once')
})
