import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Whether a file, or one that it imports, loads TensorFlow. */
function reachesTensorFlow(file: URL, seen = new Set<string>()): boolean {
  if (seen.has(file.href)) return false
  seen.add(file.href)
  const imports = readFileSync(file, 'utf8').replaceAll(/import type [^;]*? from '[^']*'/g, '')
  // Of @flatland/tensor only the whole loads it, not the parts that are named by a path.
  if (/from '@(tensorflow\/|flatland\/tensor')/.test(imports)) return true
  return Array.from(imports.matchAll(/from '(\.\/[^']+)'/g), ([, next = '']) => new URL(next, file)).some(
    next => reachesTensorFlow(next, seen),
  )
}

const algorithms = [
  'classify-critical-point',
  'conjugate-gradients',
  'diagonal-estimate',
  'explicit-matrix',
  'frobenius-norm',
  'gaussian-field-indices',
  'gaussian-orthogonal-ensemble',
  'hutch-plus-plus',
  'hutchinson',
  'intervals',
  'lanczos',
  'lanczos-eigenpairs',
  'log-determinant',
  'power-iteration',
  'quadratic-decay',
  'quadratic-model-error',
  'spectral-density',
  'spectral-density-exact',
  'spectral-density-outliers',
  'symmetric-eigen',
  'symmetry-error',
  'thick-restart-lanczos',
  'xdiag',
  'xtrace',
]

test.each(algorithms)('%s runs on the host alone', name => {
  expect(reachesTensorFlow(new URL(`./${name}.ts`, import.meta.url))).toBe(false)
})

test('what works on networks does not, as far as this test can see', () => {
  expect(reachesTensorFlow(new URL('./hessian-operator.ts', import.meta.url))).toBe(true)
  expect(reachesTensorFlow(new URL('./quadratic-model.ts', import.meta.url))).toBe(true)
})
