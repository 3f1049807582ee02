import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskTokens } from './mask-tokens.ts'
import type { MaskOptions } from './mask-tokens.ts'
import { firstTextToken, specialTokens } from './special-tokens.ts'

fc.configureGlobal({ seed: 1 })

const vocabularySize = 100

/** Sequences with special tokens anywhere, and some of the text among it to predict. */
const cases = fc
  .array(fc.nat(vocabularySize - 1), { minLength: 1, maxLength: 60 })
  .filter(tokens => tokens.some(isText))
  .chain(tokens =>
    fc.record({
      sequence: fc.constant(Int32Array.from(tokens)),
      predictions: fc.integer({ min: 1, max: tokens.filter(isText).length }),
      seed: fc.nat(),
      name: fc.nat(),
    }),
  )

function isText(token: number): boolean {
  return token >= firstTextToken
}

test('places ascend, special tokens are never among them, and labels are what stood there', () => {
  fc.assert(
    fc.property(cases, ({ sequence, predictions, seed, name }) => {
      const { positions, labels } = maskTokens(sequence, { predictions, vocabularySize, seed, name })
      expect(positions).toHaveLength(predictions)
      expect([...new Set(positions)].sort((a, b) => a - b)).toEqual([...positions])
      expect(labels).toEqual(positions.map(position => sequence[position] ?? NaN))
      expect(labels.every(isText)).toBe(true)
    }),
  )
})

test('other places keep their token, and the given sequence stays as it is', () => {
  fc.assert(
    fc.property(cases, ({ sequence, ...options }) => {
      const before = sequence.slice()
      const { tokens, positions } = maskTokens(sequence, { ...options, vocabularySize })
      const differing = [...tokens.keys()].filter(place => tokens[place] !== before[place])
      expect(differing.filter(place => !positions.includes(place))).toEqual([])
      expect(
        positions.every(place => tokens[place] === specialTokens.mask || isText(tokens[place] ?? 0)),
      ).toBe(true)
      expect(sequence).toEqual(before)
    }),
  )
})

test('the same seed and name give the same, another seed or name another', () => {
  const sequence = Int32Array.from({ length: 60 }, (_, i) => firstTextToken + i)
  const mask = (seed: number, name: number) =>
    maskTokens(sequence, { predictions: 20, vocabularySize, seed, name })
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (seed, name, otherSeed, otherName) => {
      fc.pre(seed !== otherSeed || name !== otherName)
      expect(mask(seed, name)).toEqual(mask(seed, name))
      expect(mask(seed, name)).not.toEqual(mask(otherSeed, otherName))
    }),
  )
})

/** Three standard errors of a share p of n draws. */
function expectShare(count: number, n: number, p: number): void {
  expect(Math.abs(count / n - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / n))
}

test('of the places 80 % are masked, 10 % become a random token and 10 % stay', () => {
  const sequence = Int32Array.from({ length: 100 }, () => 50)
  const [runs, predictions] = [300, 15]
  const counts = { masked: 0, stayed: 0, other: 0 }
  const others = new Set<number>()
  for (let name = 0; name < runs; name++) {
    const { tokens, positions } = maskTokens(sequence, { predictions, vocabularySize, seed: 1, name })
    for (const position of positions) {
      const token = tokens[position] ?? NaN
      if (token === specialTokens.mask) counts.masked++
      else if (token === 50) counts.stayed++
      else {
        counts.other++
        others.add(token)
      }
    }
  }
  const n = runs * predictions
  // A random token is the old one in one of 95 cases.
  expectShare(counts.masked, n, 0.8)
  expectShare(counts.stayed, n, 0.1 + 0.1 / 95)
  expectShare(counts.other, n, 0.1 - 0.1 / 95)
  expect(others.size).toBeGreaterThan(80)
  expect(Math.min(...others)).toBe(firstTextToken)
  expect(Math.max(...others)).toBe(vocabularySize - 1)
})

test('each place with text is as likely as any other', () => {
  const sequence = Int32Array.of(
    specialTokens.start,
    10,
    11,
    specialTokens.unknown,
    12,
    13,
    specialTokens.end,
  )
  const counts = new Map<number, number>()
  const runs = 3000
  for (let name = 0; name < runs; name++)
    for (const position of maskTokens(sequence, { predictions: 2, vocabularySize, seed: 2, name }).positions)
      counts.set(position, (counts.get(position) ?? 0) + 1)
  expect([...counts.keys()].sort()).toEqual([1, 2, 4, 5])
  for (const count of counts.values()) expectShare(count, runs, 0.5)
})

test.each<[number[], Partial<MaskOptions>, string]>([
  [[7, 8], { predictions: 3 }, 'predictions is 3: use a whole number from 1 to 2.'],
  [[7, 8], { predictions: 0 }, 'predictions is 0'],
  [[7, 8], { predictions: 1.5 }, 'predictions is 1.5'],
  [[7, 8], { vocabularySize: 5 }, 'vocabularySize is 5: use a whole number from 6'],
  [[7, 100], {}, 'Token 100 at 1 is none of the 100 of the vocabulary.'],
  [[-1, 8], {}, 'Token -1 at 0 is none'],
  [[0, 1, 2, 3, 4], {}, 'There is no text to predict: all tokens are special.'],
])('refuses to mask %j with %o', (tokens, options, message) => {
  const mask = () =>
    maskTokens(Int32Array.from(tokens), { predictions: 1, vocabularySize, seed: 0, name: 0, ...options })
  expect(mask).toThrow(RangeError)
  expect(mask).toThrow(message)
})
