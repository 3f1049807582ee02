import { extentText } from './extent.ts'
import { heatMap, shownColumns, shownRows, type HeatMapValue } from './heat-map.ts'

/** What is needed of a tensor of TensorFlow.js, which the kernel does not load. */
interface Tensor {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly size: number
  readonly isDisposed: boolean
  dataSync(): ArrayLike<number | string>
  slice?(begin: number[], size: number[]): Tensor
  dispose(): void
  /** A variable's. */
  readonly name?: unknown
  readonly trainable?: unknown
}

/** Above that many values only the part that is shown is read, and the extent of the values is left out. */
const mostRead = 1_000_000

/**
 * A tensor as a heat map: of more than two dimensions the first matrix. Reading waits for the backend to be done with
 * it; nothing stays behind.
 */
export function tensorView(value: object) {
  if (!isTensor(value)) return undefined
  const caption = captionOf(value)
  if (value.isDisposed) return textOnly(`${caption} · disposed: its values are gone`)
  if (value.size === 0) return textOnly(`${caption} · no values`)
  const [rows, columns] = [value.shape.at(-2) ?? 1, value.shape.at(-1) ?? 1]
  const { values, stride, extent } = read(value, rows, columns)
  const of =
    value.shape.length > 2 ? ` · the first matrix: [${'0, '.repeat(value.shape.length - 2)}:, :]` : ''
  return heatMap({
    caption: caption + extent + of,
    rows,
    columns,
    at: (row, column) => values(row * stride + column),
  })
}

function isTensor(value: object): value is Tensor {
  const { shape, dtype, dataSync, isDisposed } = value as Partial<Tensor>
  return (
    Array.isArray(shape) &&
    typeof dtype === 'string' &&
    typeof dataSync === 'function' &&
    typeof isDisposed === 'boolean'
  )
}

function captionOf({ shape, dtype, name, trainable }: Tensor): string {
  const kind = typeof trainable === 'boolean' ? `Variable ${String(name)}` : 'Tensor'
  return `${kind} · ${dtype} · ${shape.length === 0 ? 'scalar' : `[${shape.join(', ')}]`}`
}

function textOnly(text: string) {
  return { 'text/plain': text }
}

interface Values {
  values: (index: number) => HeatMapValue
  /** From one row to the next. */
  stride: number
  extent: string
}

function read(tensor: Tensor, rows: number, columns: number): Values {
  if (tensor.size <= mostRead || !tensor.slice) {
    const data = tensor.dataSync()
    const extent = isReal(tensor) ? extentText(data as ArrayLike<number> & Iterable<number>) : ''
    return { values: valueReader(tensor, data), stride: columns, extent }
  }
  const corner = [Math.min(rows, shownRows), Math.min(columns, shownColumns)].slice(-tensor.shape.length)
  const before = tensor.shape.slice(0, -2).map(() => 1)
  const part = tensor.slice(
    tensor.shape.map(() => 0),
    [...before, ...corner],
  )
  try {
    return { values: valueReader(tensor, part.dataSync()), stride: corner.at(-1) ?? 1, extent: '' }
  } finally {
    part.dispose()
  }
}

function isReal({ dtype }: Tensor): boolean {
  return dtype !== 'string' && dtype !== 'complex64' && dtype !== 'bool'
}

function valueReader({ dtype }: Tensor, data: ArrayLike<number | string>): (index: number) => HeatMapValue {
  if (dtype === 'string') return index => String(data[index])
  if (dtype === 'bool') return index => Boolean(data[index])
  const number = (index: number) => Number(data[index])
  // Real and imaginary parts take turns.
  if (dtype === 'complex64') return index => ({ real: number(2 * index), imaginary: number(2 * index + 1) })
  return number
}
