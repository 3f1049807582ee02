import { describe, expect, test } from 'vitest'
import { diverging, rampColor, sequential, shaded } from './ramp.ts'

describe('contrast, as WCAG 2 defines it', () => {
  test.each([...sequential, ...diverging])('the colour %s has 2:1 on white and on #111111', color => {
    expect(contrast(color, '#ffffff')).toBeGreaterThanOrEqual(1.99)
    expect(contrast(color, '#111111')).toBeGreaterThanOrEqual(1.99)
  })
})

test('the sequence becomes lighter from step to step', () => {
  const steps = sequential.map(luminance)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect(new Set(steps).size).toBe(sequential.length)
})

test('the middle of the diverging colours is grey, its sides are as light as each other', () => {
  expect(diverging[4]).toMatch(/^#(..)\1\1$/)
  diverging.slice(0, 4).forEach((color, index) => {
    expect(contrast(color, diverging[8 - index] ?? '')).toBeLessThan(1.3)
  })
})

test('between two steps lies their mean; beyond the ends lies nothing', () => {
  expect(rampColor(0.125)).toBe(sequential[1])
  expect(rampColor(0)).toBe(sequential[0])
  expect(rampColor(7)).toBe(sequential.at(-1))
  expect(rampColor(0.0625)).toBe('#573fa6')
})

test('shading multiplies the light, up to white', () => {
  expect(shaded('#804020', 0.5)).toBe('#402010')
  expect(shaded('#f04020', 2)).toBe('#ff8040')
})

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(start => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
