import { describe, expect, test } from 'vitest'
import { inFloat32, matrixWithSpectrum } from '../test/matrices.ts'
import {
  classifyCriticalPoint,
  type CriticalPointEvidence,
  type CriticalPointKind,
  type MeasuredEigenvalue,
} from './classify-critical-point.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import { symmetricEigen } from './symmetric-eigen.ts'
import { thickRestartLanczos } from './thick-restart-lanczos.ts'

function measured(value: number, errorBound = 1e-9, converged = true): MeasuredEigenvalue {
  return { value, errorBound, converged }
}

function evidence(
  eigenvalues: readonly MeasuredEigenvalue[],
  rest: Partial<CriticalPointEvidence> = {},
): CriticalPointEvidence {
  return { gradientNorm: 1e-9, gradientTolerance: 1e-6, size: eigenvalues.length, eigenvalues, ...rest }
}

describe('classifyCriticalPoint with all eigenvalues', () => {
  test.each<[kind: CriticalPointKind, eigenvalues: MeasuredEigenvalue[], reason: string]>([
    ['minimum', [measured(2), measured(1e-6)], 'the smallest eigenvalue is positive: 0.000001 ± 1e-9'],
    ['maximum', [measured(-2), measured(-1)], 'the largest eigenvalue is negative: -1 ± 1e-9'],
    ['saddle', [measured(2), measured(-1)], 'eigenvalues of both signs: 2 ± 1e-9 and -1 ± 1e-9'],
    ['saddle', [measured(2), measured(0), measured(-1)], 'eigenvalues of both signs'],
    // One of each sign is enough, whatever is unknown besides.
    ['saddle', [measured(2), measured(-1), measured(0.3, 1)], 'eigenvalues of both signs'],
    [
      'degenerate',
      [measured(2), measured(0)],
      '1 of the eigenvalues known cannot be told from zero, the others positive',
    ],
    ['degenerate', [measured(-2), measured(0)], 'the others negative'],
    ['degenerate', [measured(0, 0), measured(0, 0)], '2 of the eigenvalues known cannot be told from zero'],
    // The sign of a rounding error decides nothing.
    ['degenerate', [measured(2), measured(-1e-12)], '1 of the eigenvalues known cannot be told from zero'],
    ['degenerate', [measured(2), measured(1e-12)], '1 of the eigenvalues known cannot be told from zero'],
    ['undecided', [measured(2), measured(0.1, 0.2)], 'an eigenvalue 0.1 ± 0.2 has no sure sign'],
    ['undecided', [measured(-2), measured(-0.1, 0.2)], 'an eigenvalue -0.1 ± 0.2 has no sure sign'],
  ])('%s: %j', (kind, eigenvalues, reason) => {
    const point = classifyCriticalPoint(evidence(eigenvalues))
    expect(point).toMatchObject({ kind, caveat: '' })
    expect(point.reason).toContain(reason)
  })

  test('counts the signs, and is frozen', () => {
    const eigenvalues = [measured(2), measured(1), measured(-1), measured(1e-10), measured(0.5, 1)]
    const point = classifyCriticalPoint(evidence(eigenvalues))
    expect(point.signs).toEqual({ positive: 2, negative: 1, zero: 1, unknown: 1 })
    expect(Object.isFrozen(point) && Object.isFrozen(point.signs)).toBe(true)
  })

  test('the bound itself has no sign', () => {
    expect(classifyCriticalPoint(evidence([measured(1, 1)])).kind).toBe('undecided')
    expect(classifyCriticalPoint(evidence([measured(1, 0.999)])).kind).toBe('minimum')
  })

  test('a gradient above its tolerance is not critical, one at it is', () => {
    const given = { gradientNorm: 2, gradientTolerance: 1 }
    const point = classifyCriticalPoint(evidence([measured(2)], given))
    expect(point).toMatchObject({
      kind: 'not critical',
      reason: 'the gradient norm 2 is above 1',
      caveat: '',
    })
    expect(classifyCriticalPoint(evidence([measured(2)], { ...given, gradientNorm: 1 })).kind).toBe('minimum')
  })

  test('zeroTolerance decides what a wide bound may still be called zero', () => {
    const eigenvalues = [measured(1), measured(0, 0.01)]
    expect(classifyCriticalPoint(evidence(eigenvalues)).kind).toBe('undecided')
    expect(classifyCriticalPoint(evidence(eigenvalues, { zeroTolerance: 0.1 })).kind).toBe('degenerate')
  })
})

describe('with some eigenvalues', () => {
  const size = 100

  test.each<[kind: CriticalPointKind, known: 'both ends' | 'largest' | 'smallest', values: number[]]>([
    ['minimum', 'both ends', [2, 1]],
    ['maximum', 'both ends', [-1, -2]],
    ['saddle', 'both ends', [2, -1]],
    ['degenerate', 'both ends', [2, 0]],
    ['minimum', 'smallest', [1, 2]],
    ['undecided', 'smallest', [-1, -2]],
    ['undecided', 'smallest', [0, 1]],
    ['saddle', 'smallest', [-1, 2]],
    ['maximum', 'largest', [-1, -2]],
    ['undecided', 'largest', [2, 1]],
    ['undecided', 'largest', [0, -1]],
    ['saddle', 'largest', [2, -1]],
  ])('%s from %s %j', (kind, known, values) => {
    const point = classifyCriticalPoint(
      evidence(
        values.map(value => measured(value)),
        { size, known },
      ),
    )
    expect(point.kind).toBe(kind)
    const partial = ['minimum', 'maximum', 'degenerate'].includes(kind)
    expect(point.caveat).toBe(
      partial
        ? '2 of 100 eigenvalues are known: that none lies further out is as sure as the search for them, not proved'
        : '',
    )
  })

  test('what has not converged proves no minimum, but does prove a saddle', () => {
    const given = { size, known: 'both ends' } as const
    const minimum = classifyCriticalPoint(evidence([measured(2), measured(1, 0.1, false)], given))
    expect(minimum).toMatchObject({
      kind: 'undecided',
      reason: 'the eigenvalue 1 ± 0.1 has not converged; allow more products',
    })
    expect(classifyCriticalPoint(evidence([measured(2), measured(-1, 0.1, false)], given)).kind).toBe(
      'saddle',
    )
  })
})

describe('with what the algorithms measure', () => {
  const spectra: [kind: CriticalPointKind, values: number[]][] = [
    ['minimum', [0.2, 1, 2, 3]],
    ['maximum', [-3, -2, -1, -0.2]],
    ['saddle', [-0.2, 1, 2, 3]],
    ['degenerate', [0, 1, 2, 3]],
    ['degenerate', [1e-9, 1, 2, 3]],
    ['degenerate', [-1e-9, 1, 2, 3]],
  ]

  test.each(spectra)('%s: %j in float32, by all, by Lanczos and by thick restart', async (kind, values) => {
    const operator = inFloat32(matrixWithSpectrum(values, 6))
    const all = symmetricEigen(await explicitMatrix(operator)).pairs
    expect(classifyCriticalPoint(evidence(all)).kind).toBe(kind)
    const ends = { which: 'both ends' } as const
    for (const { pairs } of [
      await lanczosEigenpairs(operator, ends),
      await thickRestartLanczos(operator, ends),
    ]) {
      expect(classifyCriticalPoint(evidence(pairs, { size: 4, known: 'both ends' })).kind).toBe(kind)
    }
  })
})

test.each<[given: CriticalPointEvidence, message: string]>([
  [evidence([]), 'size is 0'],
  [evidence([], { size: 2 }), 'the number of eigenvalues is 0; it must be an integer from 1 to 2'],
  [evidence([measured(1), measured(2)], { size: 1 }), 'the number of eigenvalues is 2'],
  [evidence([measured(1)], { size: 2 }), "1 of 2 eigenvalues are given; say which in known: 'both ends'"],
  [evidence([measured(1)], { size: 2, known: 'all' }), '1 of 2 eigenvalues are given'],
  [evidence([measured(NaN)]), 'an eigenvalue is NaN'],
  [evidence([measured(1, -1)]), 'an error bound is -1'],
  [evidence([measured(1, NaN)]), 'an error bound is NaN'],
  [evidence([measured(1)], { gradientNorm: NaN }), 'gradientNorm is NaN'],
  [evidence([measured(1)], { gradientTolerance: -1 }), 'gradientTolerance is -1'],
  [evidence([measured(1)], { zeroTolerance: 0 }), 'zeroTolerance is 0'],
])('%j is refused', (given, message) => {
  expect(() => classifyCriticalPoint(given)).toThrow(message)
})
