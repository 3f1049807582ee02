import { codeHash } from '../src/code-hash.ts'
import type { TrialRunner } from '../src/queue/trial-runner.ts'
import type { TrialResult } from '../src/trial-result.ts'

/** A result without a trial. */
export const emptyResult: TrialResult = {
  end: 'completed',
  divergedAt: null,
  updates: 0,
  epochs: 0,
  curve: [],
  toTarget: null,
  updateTime: null,
  epochSeconds: null,
  kept: [],
  optimizer: 'none',
  network: 'none',
  parameters: 0,
  backend: { name: 'cpu', tensorflow: null, threads: 1, node: 'v24', machine: 'none' },
}

/** Runs trials that are empty: each takes so many ms, and computes nothing. */
export function emptyRunner(ms = 0): TrialRunner {
  const code = codeHash()
  return () => ({
    outcome: new Promise(resolve => {
      setTimeout(() => {
        resolve({ kind: 'done', result: emptyResult, kept: [], code })
      }, ms)
    }),
    checkpoint: () => undefined,
  })
}
