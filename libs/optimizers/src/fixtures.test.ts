import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../test/backends.ts'
import { fixture, minimized, numbersOf, openProblem, type Run } from '../test/trajectories.ts'
import { optimizer } from './optimizer.ts'
import { ruleFromConfig } from './rule-from-config.ts'

/** Of the largest number beside it: what float32 leaves of a trajectory in float64 after 50 steps. */
const tolerance = 1e-5

describe.each(backends)('on %s, 50 steps as in float64 of', backend => {
  beforeAll(async () => {
    await useBackend(backend)
  })

  const runs = fixture.runs.map(run => [run.of, run.problem, run] as const)

  test.each(runs)('%s, %s', (_, __, run) => {
    const held = tf.memory().numTensors
    const { losses, parameters } = trajectoryOf(run)
    expect(losses).toHaveLength(50)
    expect(parameters).toHaveLength(fixture.kept.length)
    expect(largestError(losses, run.losses.slice(0, 50))).toBeLessThan(tolerance)
    parameters.forEach((numbers, i) => {
      expect(largestError(numbers, run.parameters[i] ?? [])).toBeLessThan(tolerance)
    })
    expect(tf.memory().numTensors).toBe(held)
  })
})

function trajectoryOf({ config, problem: name, learningRate }: Run) {
  const problem = openProblem(name)
  const descent = optimizer(ruleFromConfig(config), learningRate)
  const losses: number[] = []
  const parameters: number[][] = []
  for (let step = 1; step <= 50; step++) {
    losses.push(minimized(descent, problem))
    if (fixture.kept.includes(step)) parameters.push(numbersOf(problem.parameters))
  }
  descent.dispose()
  problem.dispose()
  return { losses, parameters }
}

/** Relative to the largest of the numbers. */
function largestError(actual: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? NaN)))) / scale
}
