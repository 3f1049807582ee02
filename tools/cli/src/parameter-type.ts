/** The types that a notebook's parameter can have and still be set from outside. */
export type ParameterType =
  | { readonly kind: 'number' | 'string' | 'boolean' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'array'; readonly of: ParameterType }
  | { readonly kind: 'union'; readonly of: readonly ParameterType[] }
  /** Anything else: it is shown, and set in the notebook alone. */
  | { readonly kind: 'other'; readonly text: string }

export type ParameterValue = string | number | boolean | readonly ParameterValue[]

/** Whether a value, of JSON or of the notebook's own, is one of the type's. Numbers are finite. */
export function accepts(type: ParameterType, value: unknown): value is ParameterValue {
  switch (type.kind) {
    case 'number':
      return Number.isFinite(value)
    case 'string':
    case 'boolean':
      return typeof value === type.kind
    case 'literal':
      return value === type.value
    case 'array':
      return Array.isArray(value) && value.every(each => accepts(type.of, each))
    case 'union':
      return type.of.some(each => accepts(each, value))
    case 'other':
      return false
  }
}

/**
 * The type as a reader of the command line wants it.
 *
 * @example describeType({ kind: 'array', of: { kind: 'number' } }) // 'number[]'
 */
export function describeType(type: ParameterType): string {
  switch (type.kind) {
    case 'literal':
      return String(type.value)
    case 'array':
      return type.of.kind === 'union' ? `(${describeType(type.of)})[]` : `${describeType(type.of)}[]`
    case 'union':
      return type.of.map(describeType).join(' | ')
    case 'other':
      return type.text
    default:
      return type.kind
  }
}

/** The type that TypeScript infers for `let x = value`, or undefined where an element says nothing (`[]`). */
export function typeOfValue(value: ParameterValue): ParameterType | undefined {
  if (typeof value === 'string') return { kind: 'string' }
  if (typeof value === 'number') return { kind: 'number' }
  if (typeof value === 'boolean') return { kind: 'boolean' }
  const elements = value.map(typeOfValue).filter(type => type !== undefined)
  const distinct = [...new Map(elements.map(type => [describeType(type), type])).values()]
  const [first] = distinct
  if (first === undefined || elements.length < value.length) return undefined
  return { kind: 'array', of: distinct.length === 1 ? first : { kind: 'union', of: distinct } }
}
