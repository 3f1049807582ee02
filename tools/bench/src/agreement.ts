import { randomStream } from '@flatland/tensor'
import type { NetworkSizes } from './cases.ts'
import { examples } from './examples.ts'
import { OPTIMIZER_KINDS, optimizerOf, runnersWithout } from './optimizers.ts'
import type { Answers, Sample } from './protocol.ts'
import type { Runner, RunnerName } from './runner.ts'
import { buildNetwork } from './workload.ts'

/** What the answers of two runners may differ by, relatively: float32, summed in another order. */
const TOLERANCE = 1e-4
const PRODUCT_TOLERANCE = 1e-3

/** Larger, RMSProp's first update would be a jump, after which rounding errors grow. */
const UPDATE_RATE = 1e-3

/** Where a BERT starts, attention is all but uniform: with weights this wide it is not. */
const WIDE = 0.5

/** So many that those of a compiled step are the graph in the end. */
const UPDATES = 6

const SMALL: readonly NetworkSizes[] = [
  { kind: 'mlp', inputs: 12, hidden: [10, 8], classes: 3 },
  { kind: 'cnn', image: [8, 12, 2], filters: [3, 4], hidden: [10, 8], classes: 3 },
  {
    ...{ kind: 'bert', vocabulary: 31, length: 6, predictions: 2 },
    ...{ layers: 2, width: 8, heads: 2, feedForward: 12 },
  },
]

/**
 * Makes sure that what will be timed is the same everywhere: on a small MLP, CNN and BERT, with the same numbers, all
 * runners must agree on the loss, the norms of the gradient and of Hessian-vector products, the loss after an SGD
 * update, and the loss after some updates by each optimiser; on the BERT, whose graph takes long to make, by AdamW alone.
 *
 * @throws Error that names the quantity, the runners and their numbers
 */
export async function checkAgreement(runners: readonly Runner[], seed: number): Promise<void> {
  for (const network of SMALL) {
    const all = sample(network, seed)
    const answers: [RunnerName, Answers][] = []
    for (const runner of runners) {
      const optimizers = all.optimizers.filter(({ kind }) => !runnersWithout(kind).includes(runner.name))
      answers.push([runner.name, await runner.ask<'check'>({ check: { ...all, optimizers } })])
    }
    refuseDifferences(all, answers)
  }
}

/** A small problem of this network, fixed by the seed. */
export function sample(sizes: NetworkSizes, seed: number): Sample {
  const batch = 6
  const kinds = sizes.kind === 'bert' ? (['adamW'] as const) : OPTIMIZER_KINDS
  const stream = randomStream(seed)
  const normal = (shape: readonly number[], scale: number, mean = 0) =>
    Array.from(stream.normal(shape.reduce((size, side) => size * side, 1)), value => mean + value * scale)
  const { parameterShapes } = buildNetwork(sizes)
  const parameters = parameterShapes.map(({ shape, fanIn, deviation, start }) =>
    normal(shape, fanIn ? Math.sqrt(2 / fanIn) : deviation ? WIDE : 0.1, start),
  )
  const direction = parameterShapes.map(({ shape }) => normal(shape, 1))
  const { inputs, labels } = examples(sizes, batch, stream)
  return {
    network: sizes,
    batch,
    learningRate: 0.1,
    optimizers: kinds.map(kind => optimizerOf(kind, UPDATE_RATE)),
    updates: UPDATES,
    parameters,
    direction,
    inputs: Array.from(inputs),
    labels: Array.from(labels),
  }
}

/** Compares every answer to a sample with that of the first runner that gives it. */
export function refuseDifferences(
  { network, optimizers }: Pick<Sample, 'network' | 'optimizers'>,
  answers: readonly (readonly [RunnerName, Answers])[],
): void {
  for (const { quantity, given } of quantities(optimizers, answers)) {
    const [first, ...others] = given
    for (const { name, value } of others) {
      const one = first?.value ?? NaN
      const difference = Math.abs(value - one) / Math.abs(one)
      // Written so that NaN is refused too.
      if (difference <= (/product/i.test(quantity) ? PRODUCT_TOLERANCE : TOLERANCE)) continue
      throw new Error(
        `the runners do not compute the same, so nothing was timed: '${quantity}' of a small ${network.kind} is ` +
          `${one} on ${first?.name ?? ''} and ${value} on ${name}`,
      )
    }
  }
}

interface Quantity {
  readonly quantity: string
  readonly given: readonly { readonly name: RunnerName; readonly value: number }[]
}

function quantities(
  optimizers: Sample['optimizers'],
  answers: readonly (readonly [RunnerName, Answers])[],
): Quantity[] {
  const plain = (['loss', 'gradient', 'product', 'pointProduct', 'lossAfterStep'] as const).map(quantity => ({
    quantity,
    given: answers.map(([name, answer]) => ({ name, value: answer[quantity] })),
  }))
  const updated = optimizers.map(({ kind }) => ({
    quantity: `lossAfter.${kind}`,
    given: answers
      .filter(([name]) => !runnersWithout(kind).includes(name))
      .map(([name, { lossAfter }]) => ({ name, value: lossAfter[kind] ?? NaN })),
  }))
  return [...plain, ...updated]
}
