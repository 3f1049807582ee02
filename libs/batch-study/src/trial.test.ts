import { describe, expect, test } from 'vitest'
import { checkTrial, TrialError, type TrialInput } from './trial.ts'
import { trialKey } from './trial-key.ts'

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 2000, heldOut: 500 },
  rule: { rule: 'sgd' },
  learningRate: 0.1,
  batchSize: 32,
  length: { epochs: 1 },
  seed: 0,
}

const issuesOf = (given: unknown): readonly string[] => {
  try {
    checkTrial(given)
    return []
  } catch (error) {
    if (!(error instanceof TrialError)) throw error
    return error.issues.map(({ path, message }) => `${path} ${message}`)
  }
}

describe('checkTrial', () => {
  test('fills in what was left out, and leaves a complete trial as it is', () => {
    const complete = checkTrial(trial)
    expect(complete).toMatchObject({
      microBatch: null,
      lastBatch: 'keep',
      target: null,
      evaluation: {
        every: { epochs: 1 },
        train: 2000,
        dtype: 'float64',
        noise: { batches: 16, batchSize: 64 },
      },
      backend: 'native',
      threads: 1,
    })
    expect(checkTrial(complete)).toEqual(complete)
    expect(checkTrial({ ...trial, data: { name: 'cifar10' } })).toMatchObject({
      data: { train: 50_000, heldOut: 10_000 },
      evaluation: { train: 10_000 },
    })
    // One image has no noise; its complete trial is one too.
    const single = checkTrial({ ...trial, data: { name: 'mnist', train: 1 }, batchSize: 1 })
    expect(single.evaluation.noise).toBeNull()
    expect(checkTrial(single)).toEqual(single)
  })

  test.each([
    [{ batchSize: 0 }, 'batchSize is 0; it must be a whole number from 1 on'],
    [{ batchSize: 1.5 }, 'batchSize is 1.5; it must be a whole number from 1 on'],
    [{ batchSize: NaN }, 'batchSize is NaN; it must be a whole number from 1 on'],
    [{ batchSize: undefined }, 'batchSize is missing; it must be a whole number from 1 on'],
    [
      { batchSize: 2001 },
      'batchSize is 2001; it must be a whole number from 1 to 2000, the images trained on',
    ],
    [{ data: { name: 'mnits' } }, 'data.name is "mnits"; it must be one of mnist, fashion-mnist, cifar10'],
    [
      { data: { name: 'mnist', train: 60_001 } },
      'data.train is 60001; it must be a whole number from 1 to 60000, the training images of mnist',
    ],
    [
      { data: { ...trial.data, heldOut: 10_001 } },
      'data.heldOut is 10001; it must be a whole number from 1 to 10000, the test images of mnist',
    ],
    [{ network: { kind: 'mpl' } }, 'network.kind is of kind "mpl"; it must be one of mlp, cnn'],
    [
      { network: { kind: 'mlp', hidden: [0] } },
      'network.hidden.0 is 0; it must be a whole number from 1 to 1000000',
    ],
    [{ rule: { rule: 'adma' } }, 'rule is refused: rule is "adma"; it must be one of "sgd", '],
    [{ rule: { rule: 'adam', bta: 1 } }, 'rule is refused: the rule "adam" has no option bta'],
    [
      { rule: { rule: 'accumulate', every: 2, base: { rule: 'sgd' } } },
      'rule is refused: accumulates by itself; give microBatch instead',
    ],
    [{ learningRate: -1 }, 'learningRate is -1; it must be a finite number from 0 on, or a schedule'],
    [{ learningRate: NaN }, 'learningRate is NaN; it must be a finite number from 0 on, or a schedule'],
    [{ learningRate: { schedule: 'cos' } }, 'learningRate is refused: schedule is "cos"; it must be one of '],
    [{ length: { epochs: 0 } }, 'length.epochs is 0; it must be a positive number'],
    [{ length: 3 }, 'length is 3; it must be { epochs: … } or { updates: … }, positive'],
    [{ length: { updates: 1.5 } }, 'length.updates is 1.5; it must be a whole number from 1 on'],
    [
      { target: { of: 'train', accuracy: 1.5 } },
      'target.accuracy is 1.5; it must be a positive number, at most 1',
    ],
    [{ target: { of: 'test', loss: 1 } }, 'target is {"of":"test","loss":1}; it must be '],
    [{ seed: -1 }, 'seed is -1; it must be a whole number from 0 to 4294967295'],
    [{ microBatch: 5 }, 'microBatch is 5; it must divide batchSize, 32'],
    [{ microBatch: 16 }, 'lastBatch is keep; with microBatch the last batch, of 16, has to be dropped'],
    [{ evaluation: { train: 2001 } }, 'evaluation.train is 2001; it must be a whole number from 1 to 2000'],
    [
      { evaluation: { noise: { batches: 100, batchSize: 64 } } },
      'evaluation.noise takes 100 batches of 64; only 2000 images are trained on',
    ],
    [
      { evaluation: { dtype: 'float16' } },
      'evaluation.dtype is "float16"; it must be one of float32, float64',
    ],
    [{ backend: 'wasm', threads: 2 }, 'threads is 2; wasm has one thread'],
    [{ threads: 0 }, 'threads is 0; it must be a whole number from 1 to 1024'],
    [{ colour: 'red' }, 'it is refused: Unrecognized key: "colour"'],
  ])('%j is refused with what is allowed', (change, message) => {
    const issues = issuesOf({ ...trial, ...change })
    expect(issues).toHaveLength(1)
    expect(issues[0]).toContain(message)
  })

  test('all that is wrong is named at once, and which trial it is', () => {
    const bad = { ...trial, batchSize: 0, seed: -1 }
    expect(() => checkTrial(bad, 'Trial 3')).toThrow(/^Trial 3 cannot be run:\n {2}batchSize [^]*\n {2}seed /)
    expect(issuesOf('no trial')).toHaveLength(1)
  })
})

describe('trialKey', () => {
  const key = (given: TrialInput, code = 'a'): string => trialKey(checkTrial(given), code)

  test('is the same however a trial is written', () => {
    const { seed, ...rest } = trial
    expect(key({ seed, ...rest, lastBatch: 'keep', rule: { weightDecay: 0, rule: 'sgd' } })).toBe(key(trial))
  })

  test('is another for another trial, or other code', () => {
    const keys = [
      key(trial),
      key(trial, 'b'),
      key({ ...trial, seed: 1 }),
      key({ ...trial, learningRate: 0.2 }),
      key({ ...trial, rule: { rule: 'sgd', weightDecay: 0.1 } }),
      key({ ...trial, threads: 2 }),
    ]
    expect(key({ ...trial, microBatch: 32 })).toBe(key(trial))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
