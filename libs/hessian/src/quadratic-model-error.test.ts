import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { tensorScope } from '../test/tensor-scope.ts'
import { functionObjective, type Objective } from './objective.ts'
import { type AlongOptions, type ModelAlong, quadraticModel } from './quadratic-model.ts'
import { modelErrorGrowth } from './quadratic-model-error.ts'

await tensorScope()

const diagonal = [Float64Array.of(1, 1), Float64Array.of(1, -0.5), Float64Array.of(-0.25, 1)]

async function linesOf(objective: Objective, options: AlongOptions = {}): Promise<ModelAlong[]> {
  const model = await quadraticModel(objective)
  const lines: ModelAlong[] = []
  for (const direction of diagonal) lines.push(await model.along(direction, { steps: 4, ...options }))
  return lines
}

function atOrigin(loss: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): Objective {
  return functionObjective([tf.scalar(0), tf.scalar(0)], ([x, y]) => loss(x, y))
}

const cubic = atOrigin((x, y) => x.pow(3).add(y.pow(3)).add(x.square()))

test('of a cubic it is 3, without doubt; its errors are the cubic’s', async () => {
  const { exponent, standardError, errors } = modelErrorGrowth(await linesOf(cubic))
  expect(exponent).toBeCloseTo(3, 4)
  expect(standardError).toBeLessThan(1e-3)
  const cubes = diagonal.map(([x = NaN, y = NaN]) => (x ** 3 + y ** 3) ** 2)
  const expected = Math.sqrt(cubes.reduce((sum, square) => sum + square, 0) / 3)
  expect(errors.map(({ step }) => step)).toEqual([0.125, 0.25, 0.5, 1])
  expect(errors[3]?.error).toBeCloseTo(expected, 5)
})

test('of a quartic it is 4, of a kink 1', async () => {
  const quartic = modelErrorGrowth(await linesOf(atOrigin((x, y) => x.mul(y).sub(1).square())))
  expect(quartic.exponent).toBeCloseTo(4, 4)
  const kink = modelErrorGrowth(await linesOf(atOrigin((x, y) => tf.relu(x).add(y.square()))))
  expect(kink.exponent).toBeCloseTo(1, 4)
})

test('mixed orders lie between, with a standard error', async () => {
  const mixed = atOrigin((x, y) => x.pow(3).add(y.pow(4).mul(4)))
  const { exponent, standardError } = modelErrorGrowth(await linesOf(mixed))
  expect(exponent).toBeGreaterThan(3.05)
  expect(exponent).toBeLessThan(3.95)
  expect(standardError).toBeGreaterThan(0.05)
  expect(standardError).toBeLessThan(1)
})

test('what it refuses', async () => {
  const lines = await linesOf(cubic)
  expect(() => modelErrorGrowth(lines.slice(1))).toThrow('2 directions are given; take at least 3')
  const others = await linesOf(cubic, { steps: 3 })
  expect(() => modelErrorGrowth([...lines, ...others])).toThrow('have different steps')
  const single = await linesOf(cubic, { steps: 1 })
  expect(() => modelErrorGrowth(single)).toThrow('have 1 of 1 steps at which most errors are above')
  const parabola = await linesOf(atOrigin((x, y) => x.square().add(y.square())))
  expect(() => modelErrorGrowth(parabola)).toThrow('have 0 of 4 steps')
})

test('rounding is not taken for an error of the model', async () => {
  // Far from 0 the losses are rounded to 1e-7: below a step of 0.01 that is more than t³.
  const objective = functionObjective([tf.scalar(1), tf.scalar(0.5)], ([a, b]) =>
    tf.sub(1, a.mul(b)).square().add(a.pow(3)).add(1),
  )
  const coarse = modelErrorGrowth(await linesOf(objective, { longest: 0.1, steps: 3 }))
  expect(Math.abs(coarse.exponent - 3)).toBeLessThan(0.1)
  const fine = modelErrorGrowth(await linesOf(objective, { longest: 0.1, steps: 12 }))
  expect(fine.errors.length).toBeLessThan(12)
  expect(Math.abs(fine.exponent - 3)).toBeLessThan(0.1)
  const short = await linesOf(objective, { longest: 0.001, steps: 12 })
  expect(() => modelErrorGrowth(short)).toThrow('take more or longer steps')
})

test('an error that rounding explains counts as 0 among the others', async () => {
  // Along x there is no third derivative, but a sum that is rounded.
  const objective = atOrigin((x, y) => x.add(1).square().add(y.pow(3)))
  const model = await quadraticModel(objective)
  const lines: ModelAlong[] = []
  for (const direction of [
    [0, 1],
    [0, -1],
    [0.3, 0],
  ])
    // prettier-ignore
    lines.push(await model.along(Float64Array.from(direction), { steps: 2 }))
  const noise = lines[2]?.steps[0]?.error
  expect(noise).not.toBe(0)
  const { errors } = modelErrorGrowth(lines)
  expect(errors[0]?.error).toBe(Math.sqrt((2 * (lines[0]?.steps[0]?.error ?? NaN) ** 2) / 3))
})

test.each([NaN, Infinity])('an error of %s in one direction is refused', async value => {
  const [one, ...others] = await linesOf(cubic)
  const broken = { ...one, steps: one?.steps.map(step => ({ ...step, error: value, relativeError: value })) }
  expect(() => modelErrorGrowth([broken as ModelAlong, ...others])).toThrow(`an error is ${value}`)
})
