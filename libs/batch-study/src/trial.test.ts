import { describe, expect, test } from 'vitest'
import { checkTrial, TrialError, type TrialInput } from './trial.ts'
import { trialKey } from './trial-key.ts'
import { trialNetwork } from './trial-network.ts'

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
      data: { augmentation: 'none' },
      start: null,
      keep: 'nothing',
      backend: 'native',
      threads: 1,
      processes: 1,
    })
    expect(complete.evaluation.normalization).toBe('population')
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

  test('a trial that was complete before there were kept parameters and augmentation is one', () => {
    const { start, keep, data, evaluation, ...rest } = checkTrial(trial)
    const before = {
      ...rest,
      data: { name: data.name, train: data.train, heldOut: data.heldOut },
      evaluation: {
        every: evaluation.every,
        train: evaluation.train,
        dtype: evaluation.dtype,
        noise: evaluation.noise,
      },
    }
    expect(checkTrial(before)).toEqual({ ...rest, start, keep, data, evaluation })
  })

  test.each([
    ['F1', 'mnist', 'f1 784–5×512–10'],
    ['F2', 'cifar10', 'f2 3072–7×512–10'],
    ['F2', 'timit', 'f2 360–7×512–1973'],
    ['F2', 'speech-like', 'f2 360–7×512–500'],
    ['C1', 'cifar10', 'c1 32×32×3'],
    ['C2', 'fashion-mnist', 'c2 28×28×1'],
    ['C3', 'cifar100', 'c3 32×32×3'],
    ['C4', 'cifar100', 'c4 32×32×3'],
  ] as const)(
    '%s for %s has the width of the paper, and the shape and classes of the data',
    (kind, name, start) => {
      const complete = checkTrial({ ...trial, network: { kind }, data: { name } })
      expect(complete.network).toEqual({ kind, width: kind.startsWith('F') ? 512 : 64, ghostBatch: null })
      const network = trialNetwork(complete)
      expect(network.name.startsWith(start)).toBe(true)
      const classes = { cifar100: 100, 'speech-like': 500, timit: 1973 } as Readonly<Record<string, number>>
      expect(network.classes).toBe(classes[name] ?? 10)
      expect(checkTrial(complete)).toEqual(complete)
    },
  )

  test('LeNet takes the images of its data set', () => {
    for (const name of ['mnist', 'cifar10'] as const)
      expect(
        trialNetwork(checkTrial({ ...trial, network: { kind: 'lenet' }, data: { name } })).name,
      ).toContain('lenet')
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
    [
      { network: { kind: 'F1', ghostBatch: 33 } },
      'network.ghostBatch is 33; it must be a whole number from 2 to 32, batchSize, or null',
    ],
    [
      { network: { kind: 'F1', ghostBatch: 1 } },
      'network.ghostBatch is 1; it must be a whole number from 2 on',
    ],
    [
      { network: { kind: 'C1', width: 0 } },
      'network.width is 0; it must be a whole number from 1 to 1000000',
    ],
    [{ network: { kind: 'lenet', width: 8 } }, 'network is refused: Unrecognized key: "width"'],
    [
      { network: { kind: 'F1' }, microBatch: 8, lastBatch: 'drop' },
      'microBatch is 8; with batch normalisation it must be network.ghostBatch, null, or null',
    ],
    [
      { network: { kind: 'F1', ghostBatch: 16 }, microBatch: 8, lastBatch: 'drop' },
      'microBatch is 8; with batch normalisation it must be network.ghostBatch, 16, or null',
    ],
    [
      { network: { kind: 'F1' }, batchSize: 1 },
      'batchSize is 1; its last part for batch normalisation is one example, which has nothing to normalise',
    ],
    [
      { network: { kind: 'F1', ghostBatch: 31 } },
      'batchSize is 32; its last part for batch normalisation is one example',
    ],
    [
      { network: { kind: 'F1' }, data: { name: 'mnist', train: 2017 } },
      'lastBatch is keep; the end of the last batch, of 1, is one example',
    ],
    [
      { network: { kind: 'F1' }, evaluation: { noise: { batches: 4, batchSize: 1 } } },
      'evaluation.noise takes batches of 1; their last part is one example',
    ],
    [{ network: { kind: 'F1' }, evaluation: { train: 1 } }, 'evaluation.train is 1; it is one example'],
    [
      {
        network: { kind: 'F1' },
        data: { name: 'mnist', heldOut: 1 },
        evaluation: { normalization: 'batch' },
      },
      'data.heldOut is 1; it is one example',
    ],
    [
      { network: { kind: 'cnn', filters: [4, 4], hidden: [8, 8] }, data: { name: 'timit' } },
      'network is cnn; for timit, which has features, it must be one of mlp, F1, F2',
    ],
    [
      { network: { kind: 'C1' }, data: { name: 'speech-like' } },
      'network is C1; for speech-like, which has features, it must be one of mlp, F1, F2',
    ],
    [
      { data: { name: 'mnist', augmentation: 'flip' } },
      'data.augmentation is "flip"; it must be one of none, shift, shift and flip',
    ],
    [
      { data: { name: 'speech-like', augmentation: 'shift' } },
      'data.augmentation is shift; it must be none, for speech-like has no images',
    ],
    [
      { data: { name: 'timit', train: 721_330 } },
      'data.train is 721330; it must be a whole number from 1 to 721329, the training images of timit',
    ],
    [
      { start: { parameters: 'abc' } },
      'start.parameters is "abc"; it must be the sha256 of kept parameters, 64 hexadecimal digits',
    ],
    [{ start: 'abc' }, 'start is "abc"; it must be null, or { parameters: the sha256 of kept ones }'],
    [{ keep: 'all' }, 'keep is "all"; it must be one of nothing, end, evaluations'],
    [
      { evaluation: { normalization: 'running' } },
      'evaluation.normalization is "running"; it must be one of population, batch',
    ],
    [{ processes: 0 }, 'processes is 0; it must be a whole number from 1 to 1024'],
    [{ processes: 1.5 }, 'processes is 1.5; it must be a whole number from 1 to 1024'],
    [{ processes: 33 }, 'processes is 33; it must be a whole number from 1 to 32, batchSize'],
    [
      { processes: 3, microBatch: 16, lastBatch: 'drop' },
      'processes is 3; it must be a whole number from 1 to 2, the parts of 16 in a batch',
    ],
    [
      {
        processes: 3,
        network: { kind: 'F1', ghostBatch: 15 },
        lastBatch: 'drop',
        data: { name: 'mnist', train: 2016 },
        batchSize: 30,
      },
      'processes is 3; it must be a whole number from 1 to 2, the parts of 15 in a batch',
    ],
    [
      { processes: 17 },
      'lastBatch is keep; the last batch, of 16, has no part for each of 17 processes: drop',
    ],
    [
      { processes: 2, rule: { rule: 'sam', base: { rule: 'sgd' } } },
      'processes is 2; it must be 1 for SAM (ρ=0.05) over SGD, which takes a second gradient where the first one says',
    ],
    [
      { processes: 2, network: { kind: 'F1' } },
      'processes is 2; it must be 1 with batch normalisation over the whole batch: give network.ghostBatch',
    ],
    [
      { processes: 2, network: { kind: 'C1', ghostBatch: 16 }, lastBatch: 'drop' },
      'processes is 2; it must be 1 with dropout drawn for the whole batch: give microBatch',
    ],
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
      key({ ...trial, processes: 2 }),
      key({ ...trial, keep: 'end' }),
      key({ ...trial, start: { parameters: 'a'.repeat(64) } }),
      key({ ...trial, data: { ...trial.data, augmentation: 'shift' } }),
      key({ ...trial, evaluation: { normalization: 'batch' } }),
    ]
    expect(key({ ...trial, microBatch: 32 })).toBe(key(trial))
    const normalised: TrialInput = { ...trial, network: { kind: 'F1' } }
    expect(key({ ...trial, network: { kind: 'F1', ghostBatch: 32, width: 512 } })).toBe(key(normalised))
    expect(key({ ...trial, network: { kind: 'F1', ghostBatch: 16 } })).not.toBe(key(normalised))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
