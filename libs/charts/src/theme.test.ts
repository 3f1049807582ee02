import { describe, expect, test } from 'vitest'
import { dashes, ink, palette, shapes } from './theme.ts'

type Rgb = readonly [number, number, number]

describe('contrast, as WCAG 2 defines it', () => {
  test.each(palette)('the colour %s has 3.5:1 on white and on #111111', color => {
    expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(3.5)
    expect(contrast(color, '#111111')).toBeGreaterThanOrEqual(3.5)
  })

  test('no other grey is better for text on both pages at once', () => {
    const worst = (color: string) => Math.min(contrast(color, '#ffffff'), contrast(color, '#111111'))
    const greys = Array.from(
      { length: 256 },
      (_, level) => `#${level.toString(16).padStart(2, '0').repeat(3)}`,
    )
    expect(worst(ink)).toBe(Math.max(...greys.map(worst)))
    expect(worst(ink)).toBeGreaterThan(4.33)
  })

  test('agrees with the published value of black on white', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
  })
})

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const visions = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
} // prettier-ignore

test.each(Object.entries(visions))('any two colours stay apart with %s vision', (_, matrix) => {
  const seen = palette.map(color =>
    oklab(times(matrix, linear(color)).map(part => Math.min(1, Math.max(0, part)))),
  )
  const distances = seen.flatMap((a, i) =>
    seen.slice(0, i).map(b => Math.hypot(...a.map((part, k) => part - (b[k] ?? 0)))),
  )
  // 0.02 is just noticeable side by side; the colours of Okabe and Ito, darkened to the same contrast, come to 0.004.
  expect(Math.min(...distances)).toBeGreaterThan(0.07)
})

test('a series never depends on its colour: as many dashes and shapes as colours, all different', () => {
  for (const range of [palette, dashes, shapes])
    expect(new Set(range.map(entry => JSON.stringify(entry))).size).toBe(palette.length)
})

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = linear(color)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(color: string): Rgb {
  const part = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

/** Ottosson (2020): distances are close to those the eye sees. */
function oklab(rgb: readonly number[]): number[] {
  const cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb) // prettier-ignore
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], cones.map(Math.cbrt)) // prettier-ignore
}

function times(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map(row => row.reduce((sum, entry, k) => sum + entry * (vector[k] ?? 0), 0))
}
