import { extentText } from './extent.ts'
import { heatMap } from './heat-map.ts'

/** What is needed of a matrix of ml-matrix, or of a view on one. */
interface Matrix {
  readonly klass: 'Matrix'
  readonly rows: number
  readonly columns: number
  get(row: number, column: number): number
}

/** Above that many values their extent is left out of the caption. */
const mostRead = 100_000

/** A matrix as a heat map. */
export function matrixView(value: object) {
  if (!isMatrix(value)) return undefined
  const { rows, columns } = value
  const extent = rows * columns <= mostRead ? extentText(valuesOf(value)) : ''
  return heatMap({
    caption: `${value.constructor.name} · [${rows}, ${columns}]${extent}`,
    rows,
    columns,
    at: (row, column) => value.get(row, column),
  })
}

function isMatrix(value: object): value is Matrix {
  const { klass, rows, columns, get } = value as Partial<Matrix>
  return (
    klass === 'Matrix' && typeof rows === 'number' && typeof columns === 'number' && typeof get === 'function'
  )
}

function* valuesOf(matrix: Matrix): Generator<number> {
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) yield matrix.get(row, column)
  }
}
