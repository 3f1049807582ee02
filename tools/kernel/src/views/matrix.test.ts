import { Matrix, MatrixSubView, MatrixTransposeView, SymmetricMatrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { mimeBundle } from '../display.ts'

const text = (value: object) => (mimeBundle(value) as Record<string, string>)['text/plain']

const matrix = new Matrix([
  [1, 2, 3],
  [-4, 5, 0.5],
])

test.each<[string, object, string]>([
  ['a matrix', matrix, 'Matrix · [2, 3] · from -4 to 5\n    0  1    2\n0   1  2    3\n1  -4  5  0.5'],
  [
    'a part of one',
    new MatrixSubView(matrix, 0, 0, 1, 2),
    'MatrixSubView · [1, 2] · from 2 to 3\n   0  1\n0  2  3',
  ],
  [
    'a transposed one',
    new MatrixTransposeView(matrix),
    'MatrixTransposeView · [3, 2] · from -4 to 5\n   0    1\n0  1   -4\n1  2    5\n2  3  0.5',
  ],
  ['a symmetric one', new SymmetricMatrix(1), 'SymmetricMatrix · [1, 1]\n0'],
  ['one without values', new Matrix(0, 0), 'Matrix · [0, 0]'],
])('%s', (_, value, expected) => {
  expect(text(value)).toBe(expected)
})

test('of a large one only the corner is read', () => {
  const large = Matrix.zeros(1000, 1000)
  let reads = 0
  large.get = () => reads++
  expect(text(large)).toContain('Matrix · [1000, 1000]\n')
  expect(reads).toBe(100)
})

test('a heat map in HTML', () => {
  expect((mimeBundle(matrix) as Record<string, string>)['text/html']).toMatch(/^<table.*rgba\(30, 110, 230/)
})
