import type { TrialInput } from '../src/trial.ts'

/** A trial that would take a moment. */
export function emptyTrial(seed: number): TrialInput {
  return {
    network: { kind: 'mlp', hidden: [4] },
    data: { name: 'mnist', train: 100, heldOut: 100 },
    rule: { rule: 'sgd' },
    learningRate: 0.1,
    batchSize: 10,
    length: { updates: 2 },
    seed,
  }
}

export function emptyTrials(count: number): TrialInput[] {
  return Array.from({ length: count }, (_, seed) => emptyTrial(seed))
}
