import { randomStream } from '@flatland/tensor'
import type { NetworkSizes } from './cases.ts'
import type { Answers, Sample } from './protocol.ts'
import type { Runner, RunnerName } from './runner.ts'
import { buildNetwork } from './workload.ts'

/** What the answers of two runners may differ by, relatively: float32, summed in another order. */
const TOLERANCES: Answers = { loss: 1e-4, gradient: 1e-4, product: 1e-3, lossAfterStep: 1e-4 }

const SMALL: readonly NetworkSizes[] = [
  { kind: 'mlp', inputs: 12, hidden: [10, 8], classes: 3 },
  { kind: 'cnn', image: [8, 12, 2], filters: [3, 4], hidden: [10, 8], classes: 3 },
]

/**
 * Makes sure that what will be timed is the same everywhere: on a small MLP and a small CNN, with the same numbers,
 * all runners must agree on the loss, the norms of the gradient and of a Hessian-vector product, and the loss after
 * an SGD update.
 *
 * @throws Error that names the quantity, the runners and their numbers
 */
export async function checkAgreement(runners: readonly Runner[], seed: number): Promise<void> {
  for (const network of SMALL) {
    const check = sample(network, seed)
    const answers: [RunnerName, Answers][] = []
    for (const runner of runners) answers.push([runner.name, await runner.ask<'check'>({ check })])
    refuseDifferences(network, answers)
  }
}

/** A small problem of this network, fixed by the seed. */
export function sample(sizes: NetworkSizes, seed: number): Sample {
  const network = buildNetwork(sizes)
  const batch = 6
  const stream = randomStream(seed)
  const normal = (shape: readonly number[], scale: number) =>
    Array.from(stream.normal(shape.reduce((size, side) => size * side, 1)), value => value * scale)
  return {
    network: sizes,
    batch,
    learningRate: 0.1,
    parameters: network.parameterShapes.map(({ shape, fanIn }) =>
      normal(shape, fanIn ? Math.sqrt(2 / fanIn) : 0.1),
    ),
    direction: network.parameterShapes.map(({ shape }) => normal(shape, 1)),
    inputs: normal([batch, ...network.inputShape], 1),
    labels: Array.from({ length: batch }, (_, example) => example % network.classes),
  }
}

/** Compares every answer with the first runner's. */
export function refuseDifferences(
  network: NetworkSizes,
  answers: readonly (readonly [RunnerName, Answers])[],
): void {
  const [first, ...others] = answers
  if (first === undefined) return
  const [firstName, expected] = first
  for (const [name, got] of others) {
    for (const quantity of ['loss', 'gradient', 'product', 'lossAfterStep'] as const) {
      const difference = Math.abs(got[quantity] - expected[quantity]) / Math.abs(expected[quantity])
      // Written so that NaN is refused too.
      if (difference <= TOLERANCES[quantity]) continue
      throw new Error(
        `the runners do not compute the same, so nothing was timed: '${quantity}' of a small ${network.kind} is ` +
          `${expected[quantity]} on ${firstName} and ${got[quantity]} on ${name}`,
      )
    }
  }
}
