import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const commands = ['lab', 'run', 'handout', 'bench', 'doctor']

test('a slip of the fingers finds its command', () => {
  expect(nearest('dcotor', commands)).toBe('doctor')
  expect(nearest('LAB', commands)).toBe('lab')
  expect(nearest('rn', commands)).toBe('run')
})

test('a part of a long name finds it, though most letters are missing', () => {
  expect(nearest('update', ['05-time-per-update', '06-saddles'])).toBe('05-time-per-update')
})

test('nothing is suggested when nothing is near', () => {
  expect(nearest('frobnicate', commands)).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
})
