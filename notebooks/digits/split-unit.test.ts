import { evaluateGradient, explicitMatrix, hessian, symmetricEigen } from '@flatland/hessian'
import { useBackend } from '@flatland/tensor'
import { expect, test } from 'vitest'
import { splitUnit } from './split-unit.ts'

test('the split unit has no gradient to speak of, and a direction that leads down', async () => {
  await useBackend('auto')
  const { objective, inputs, targets } = await splitUnit({ examples: 500, share: 0.3, seed: 0 })
  expect([inputs.shape, targets.shape]).toEqual([
    [500, 16],
    [500, 10],
  ])
  const { loss, gradient } = await evaluateGradient(objective)
  expect(Math.hypot(...gradient)).toBeLessThan(1e-4 * loss)
  const { pairs } = symmetricEigen(await explicitMatrix(hessian(objective)))
  expect(pairs).toHaveLength(64)
  expect(pairs.at(-1)?.value).toBeLessThan(-1e-3)
})
