/**
 * How many times as fast two processes train on the same batches as one: `npm run data-parallel -w @flatland/batch-study`. Beside
 * it what the machine allows: two trials at once, each with half the batch, that exchange nothing. Takes some minutes. Give
 * the names of networks to measure those alone: `… -- mlp lenet`.
 */
import process from 'node:process'
import { localExecutor } from '../src/local-executor.ts'
import { checkTrial, type TrialInput } from '../src/trial.ts'

const ROUNDS = 5
const UPDATES = 40

const NETWORKS: Readonly<Record<string, TrialInput['network']>> = {
  mlp: { kind: 'mlp', hidden: [512, 512] },
  cnn: { kind: 'cnn', filters: [8, 16], hidden: [64, 32] },
  lenet: { kind: 'lenet' },
}
const BATCH_SIZES = [1024, 4096]

/** One thread in each process. */
function trialOf(network: TrialInput['network'], batchSize: number, processes: number): TrialInput {
  return {
    network,
    data: { name: 'mnist', train: 8 * batchSize, heldOut: 100 },
    rule: { rule: 'heavyBall' },
    learningRate: 1e-3,
    batchSize,
    length: { updates: UPDATES },
    evaluation: { every: { updates: UPDATES }, train: 100, noise: null },
    seed: 0,
    processes,
  }
}

/** Median ms of an update; of trials that run at once, the mean of theirs. */
async function milliseconds(...trials: readonly TrialInput[]): Promise<number> {
  const times: number[] = []
  const jobs = trials.map(trial => ({ trial: checkTrial(trial) }))
  for await (const event of localExecutor({ cores: 2 }).run(jobs, new AbortController().signal)) {
    if (event.kind === 'failed') throw new Error(event.reason)
    if (event.kind === 'done') times.push(event.result.updateTime?.median ?? NaN)
  }
  return times.reduce((a, b) => a + b) / times.length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

const wanted = process.argv.slice(2)
for (const [name, network] of Object.entries(NETWORKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const batchSize of BATCH_SIZES) {
    const [one, two, apart]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < ROUNDS; round++) {
      one.push(await milliseconds(trialOf(network, batchSize, 1)))
      two.push(await milliseconds(trialOf(network, batchSize, 2)))
      const half = trialOf(network, batchSize / 2, 1)
      apart.push(await milliseconds(half, { ...half, seed: 1 }))
    }
    const times = (values: readonly number[]): string =>
      median(one.map((each, i) => each / (values[i] ?? NaN))).toFixed(2)
    console.log(
      `${name}, batch ${batchSize}: one process ${median(one).toFixed(1)} ms, two ${median(two).toFixed(1)} ms: ` +
        `${times(two)} times as fast (apart, half the batch each: ${median(apart).toFixed(1)} ms, ${times(apart)} times)`,
    )
  }
}
