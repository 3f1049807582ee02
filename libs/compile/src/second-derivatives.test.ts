import { gradients, useBackend } from '@flatland/tensor'
import { derivativeCases } from '@flatland/tensor/derivative-cases'
import { hessianProblem, hessianVectorProduct, relativeError } from '@flatland/tensor/hessian-check'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { compile } from './compile.ts'

beforeAll(async () => {
  await useBackend('native')
})

/** Eager products are held to float64 and to differences by the tests of @flatland/tensor. */
test.each(derivativeCases)('$name: its Hessian-vector product, compiled, is the eager one', given => {
  const before = tf.memory().numTensors
  tf.tidy(() => {
    const { loss, parameters, v } = hessianProblem(given)
    const product = compile((at: tf.Tensor[], along: tf.Tensor[]) => hessianVectorProduct(loss, at, along))
    // The function itself runs twice, then its graph.
    const [eager = [], , compiled = []] = [1, 2, 3].map(() => hostVector(product(parameters, v)))
    expect(product.explain()[0]).toMatchObject({ calls: 3, runs: true })
    expect(relativeError(compiled, eager)).toBeLessThan(1e-6)
    product.dispose()
  })
  expect(tf.memory().numTensors).toBe(before)
})

test('what is not verified is refused compiled too', () => {
  const product = compile(
    (x: tf.Tensor) =>
      gradients(([y = x]) => gradients(([z = y]) => tf.prod(z), [y]).gradients[0]?.sum() ?? x, [x]).gradients,
  )
  expect(() => product(tf.tensor1d([1, 2]))).toThrow('The second derivative of Prod is not verified')
})

function hostVector(tensors: readonly tf.Tensor[]): number[] {
  return tensors.flatMap(tensor => [...tensor.dataSync()])
}
