import { expect, test } from 'vitest'
import { pixels } from './pixels.ts'
import { speechLike } from './speech-like.ts'

const small = { train: 400, test: 100, classes: 20 }

test('has the sizes that were asked for, each class as often as any other', () => {
  const { train, test } = speechLike(small)
  expect([train.size, test.size, train.shape, train.classes.length]).toEqual([400, 100, [1, 1, 360], 20])
  for (const [{ labels }, often] of [
    [train, 20],
    [test, 5],
  ] as const)
    // prettier-ignore
    for (let k = 0; k < 20; k++) expect(labels.filter(label => label === k)).toHaveLength(often)
  expect(train.labels.slice(0, 20)).not.toEqual(test.labels.slice(0, 20))
  expect(train.images.every(Number.isFinite)).toBe(true)
})

test('is fixed by its seed; another seed gives others, and so do the two parts', () => {
  const { train, test } = speechLike({ ...small, seed: 3 })
  expect(speechLike({ ...small, seed: 3 }).train).toEqual(train)
  expect(speechLike({ ...small, seed: 4 }).train.images).not.toEqual(train.images)
  expect(test.images.slice(0, 360)).not.toEqual(train.images.slice(0, 360))
})

test('never changes from one version to the next, or from machine to machine', () => {
  const { images, labels } = speechLike(small).train
  expect([...images.slice(0, 3), ...images.slice(-3)]).toMatchInlineSnapshot(`
    [
      1.9888927936553955,
      -0.4621378779411316,
      -1.0837242603302002,
      -0.9696993827819824,
      -0.30894869565963745,
      0.5133876204490662,
    ]
  `)
  expect([...labels.slice(0, 5)]).toMatchInlineSnapshot(`
    [
      6,
      4,
      8,
      8,
      18,
    ]
  `)
})

test('standardised, each feature of the training examples has mean 0 and deviation 1', () => {
  const { train } = speechLike(small)
  const x = pixels(train)
  for (const feature of [0, 123, 359]) {
    const values = Array.from({ length: 400 }, (_, i) => x[360 * i + feature] ?? NaN)
    expect(values.reduce((sum, each) => sum + each, 0) / 400).toBeCloseTo(0, 4)
    expect(values.reduce((sum, each) => sum + each ** 2, 0) / 400).toBeCloseTo(1, 4)
  }
})

test('other speakers are recognised by the mean of a class, far better than by chance, far from always', () => {
  const { train, test } = speechLike({ train: 4000, test: 500, classes: 50 })
  const means = Array.from({ length: 50 }, () => new Float64Array(360))
  train.labels.forEach((label, i) => {
    means[label]?.forEach((each, j, mean) => (mean[j] = each + (train.images[360 * i + j] ?? NaN) / 80))
  })
  const nearest = (i: number): number => {
    const distances = means.map(mean => mean.reduce((sum, each, j) => sum + (each - (test.images[360 * i + j] ?? NaN)) ** 2, 0)) // prettier-ignore
    return distances.indexOf(Math.min(...distances))
  }
  const right = test.labels.filter((label, i) => nearest(i) === label).length / 500
  expect(right).toBeGreaterThan(0.2)
  expect(right).toBeLessThan(0.8)
})

test.each([
  [{ train: 0 }, 'speechLike: train is 0; it must be a positive integer'],
  [{ test: 1.5 }, 'speechLike: test is 1.5'],
  [{ classes: 1 }, 'speechLike: classes is 1; it must be from 2 to 65535'],
  [{ classes: 65_536 }, 'speechLike: classes is 65536'],
  [{ seed: -1 }, 'seed is -1'],
])('refuses %j', (options, message) => {
  expect(() => speechLike(options)).toThrow(message)
})
