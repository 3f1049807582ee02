import { nearest } from './nearest.ts'
import type { Parameter } from './notebook-parameters.ts'
import { describeRange, inRange } from './parameter-range.ts'
import { accepts, describeType, type ParameterType, type ParameterValue } from './parameter-type.ts'
import { UsageError } from './usage-error.ts'

/** Values by the names of their parameters, in the order in which they were given. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>

/**
 * Reads `name=value` texts as a notebook's own parameters have them. A value is JSON (`0.05`, `true`, `[1,32]`,
 * `"a b"`) or, where the parameter takes text, a bare word (`smoke`).
 *
 * @throws UsageError in one line for an unknown name (with the nearest one), a wrong type, a value out of the
 *   range, and a name that is given twice with different values
 */
export function parameterValues(texts: readonly string[], parameters: readonly Parameter[]): ParameterValues {
  const values = new Map<string, ParameterValue>()
  for (const text of texts) {
    const [name, given] = splitAssignment(text)
    const value = readValue(findParameter(name, parameters), given)
    const before = values.get(name)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
      throw new UsageError(`${name} is given twice: as ${showValue(before)} and as ${showValue(value)}.`)
    }
    values.set(name, value)
  }
  return values
}

/** @throws UsageError when there is no `=` */
export function splitAssignment(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`'${text}' sets nothing: write name=value, e.g. seed=1.`)
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/** @throws UsageError with the nearest name and all of them */
export function findParameter(name: string, parameters: readonly Parameter[]): Parameter {
  const found = parameters.find(each => each.name === name)
  if (found !== undefined) return found
  const names = parameters.map(each => each.name)
  throw new UsageError(
    `the notebook has no parameter '${name}'.${suggestion(name, names)} Parameters: ${names.join(', ')}.`,
  )
}

/** @throws UsageError with what is allowed */
export function readValue(parameter: Parameter, text: string): ParameterValue {
  const { name, type, range } = parameter
  const value = [parseJson(text), text].find((each): each is ParameterValue => accepts(type, each))
  if (value !== undefined && (range === undefined || inRange(range, value))) return value
  if (type.kind === 'other') throw new UsageError(`${name} (${type.text}) can be set in the notebook alone.`)
  throw new UsageError(
    `${name}=${text}: ${name} takes ${describeAllowed(parameter)}.${suggestion(text, words(type))}`,
  )
}

/** @example describeAllowed(learningRate) // 'number (from 0.00001 to 1)' */
export function describeAllowed({ type, range }: Parameter): string {
  return range === undefined ? describeType(type) : `${describeType(type)} (${describeRange(range)})`
}

/** A value as it could be given: words bare, all else as JSON. */
export function showValue(value: ParameterValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function suggestion(typed: string, candidates: readonly string[]): string {
  const near = nearest(typed, candidates)
  return near === undefined ? '' : ` (Did you mean ${near}?)`
}

/** The words that a type consists of. */
function words(type: ParameterType): string[] {
  if (type.kind === 'union') return type.of.flatMap(words)
  return type.kind === 'literal' && typeof type.value === 'string' ? [type.value] : []
}

/** @returns undefined when it is none: a bare word, then */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
