import { checkTrial } from '../src/trial.ts'
import { trialKey } from '../src/trial-key.ts'
import type { TrialRecord } from '../src/trial-record.ts'
import type { CurvePoint } from '../src/trial-result.ts'

const code = 'c0de'.repeat(16)

/** A finished trial that was never run: its numbers follow from the seed. */
export function record(seed: number): TrialRecord {
  const trial = checkTrial({
    network: { kind: 'mlp', hidden: [16] },
    data: { name: 'mnist', train: 2000, heldOut: 500 },
    rule: { rule: 'sgd' },
    learningRate: 0.1,
    batchSize: 32,
    length: { epochs: 1 },
    seed,
  })
  return {
    key: trialKey(trial, code),
    code,
    trial,
    finished: '2026-01-01T00:00:00.000Z',
    result: {
      end: 'completed',
      divergedAt: null,
      updates: 63,
      epochs: 1,
      curve: [point(0, 2.3), point(63, 0.5 + seed / 100)],
      toTarget: null,
      kept: [],
      updateTime: { lower: 0.1, median: 0.2, upper: 0.3 },
      epochSeconds: 0.5,
      optimizer: 'SGD',
      network: 'mlp 784–16–10',
      parameters: 12_730,
      backend: { name: 'native', tensorflow: '2.21.0', threads: 1, node: 'v24.0.0', machine: 'a test' },
    },
  }
}

function point(update: number, loss: number): CurvePoint {
  return {
    update,
    epoch: update / 63,
    seconds: update / 1000,
    batchLoss: update === 0 ? null : loss,
    train: { loss, accuracy: 1 - loss / 3 },
    heldOut: { loss: 1.1 * loss, accuracy: 1 - (1.1 * loss) / 3 },
    distance: update / 10,
    noise: null,
    layers: null,
  }
}
