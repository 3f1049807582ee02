import type { Parameter } from './notebook-parameters.ts'
import {
  findParameter,
  parameterValues,
  parseJson,
  readValue,
  showValue,
  splitAssignment,
} from './parameter-values.ts'
import { UsageError } from './usage-error.ts'

/** A grid grows fast, and each of its points is a whole notebook. */
const MOST_POINTS = 64

/** A point of the grid: `name=value` texts, one for each swept parameter. */
export type GridPoint = readonly string[]

/**
 * The grid of `name=value,value,…` texts, the last of them changing fastest.
 *
 * @param fixed `name=value` texts that hold at every point
 * @throws UsageError for whatever the notebook does not take, a value that is there twice, and more than 64 points
 * @example sweepGrid(['a=1,2', 'b=x,y'], [], parameters) // [['a=1', 'b=x'], ['a=1', 'b=y'], ['a=2', 'b=x'], ['a=2', 'b=y']]
 */
export function sweepGrid(
  sweeps: readonly string[],
  fixed: readonly string[],
  parameters: readonly Parameter[],
): readonly GridPoint[] {
  const axes = sweeps.map(text => axisOf(text, parameters))
  const size = axes.reduce((product, axis) => product * axis.length, 1)
  if (size > MOST_POINTS) {
    const product = axes.map(axis => axis.length).join(' × ')
    throw new UsageError(`the sweep has ${product} = ${size} runs: ${MOST_POINTS} at most.`)
  }
  const points = axes.reduce<GridPoint[]>(
    (found, axis) => found.flatMap(point => axis.map(value => [...point, value])),
    [[]],
  )
  for (const point of points) parameterValues([...fixed, ...point], parameters)
  return points
}

function axisOf(text: string, parameters: readonly Parameter[]): string[] {
  const [name, values] = splitAssignment(text)
  const parameter = findParameter(name, parameters)
  const shown = splitValues(values).map(value => showValue(readValue(parameter, value)))
  const twice = shown.find((value, i) => shown.indexOf(value) < i)
  if (twice !== undefined) throw new UsageError(`--sweep ${name}: ${twice} is there twice.`)
  return shown.map(value => `${name}=${value}`)
}

/** At the commas, but for those inside an array or a quoted text. */
function splitValues(text: string): string[] {
  const values: string[] = []
  let open: string | undefined
  for (const piece of text.split(',')) {
    open = open === undefined ? piece : `${open},${piece}`
    if (/^\s*["[]/.test(open) && parseJson(open) === undefined) continue
    values.push(open)
    open = undefined
  }
  return open === undefined ? values : [...values, open]
}
