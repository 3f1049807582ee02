import * as tf from '@tensorflow/tfjs'
import { checkName, checkNotNegative } from './checks.ts'

/**
 * Some of the parameters: all, none, those of rank 0 and 1 (biases, and the gains of a normalisation), or those that have
 * one of these texts in their name.
 */
export type Selection = 'all' | 'none' | 'vectors' | string[]

/** λ for some of the parameters. */
export interface DecayGroup {
  readonly of: Selection
  readonly decay: number
}

/** λ for all parameters, or in groups: the first that has a parameter counts, and what is in none does not decay. */
export type WeightDecay = number | readonly DecayGroup[]

/**
 * The usual weight decay: of matrices and kernels, not of biases and the gains of a normalisation.
 *
 * @param decay λ ≥ 0
 *
 * @example
 * exceptVectors(0.01) // [{ of: 'vectors', decay: 0 }, { of: 'all', decay: 0.01 }]
 */
export function exceptVectors(decay: number): DecayGroup[] {
  return [
    { of: 'vectors', decay: 0 },
    { of: 'all', decay },
  ]
}

/** λ of each parameter. */
export function decays(weightDecay: WeightDecay, parameters: readonly tf.Tensor[]): number[] {
  if (typeof weightDecay === 'number') return parameters.map(() => weightDecay)
  const groups = weightDecay.map(({ of, decay }) => ({ isIn: selected(of, parameters), decay }))
  return parameters.map((_, i) => groups.find(({ isIn }) => isIn[i])?.decay ?? 0)
}

/**
 * Whether each parameter is selected.
 *
 * @throws RangeError when names are given and no parameter has one of them, or a tensor without a name is among them
 */
export function selected(selection: Selection, parameters: readonly tf.Tensor[]): boolean[] {
  if (!Array.isArray(selection))
    return parameters.map(({ rank }) => selection === 'all' || (selection === 'vectors' && rank <= 1))
  const names = parameters.map((parameter, i) => nameOf(parameter, i, selection))
  const isIn = names.map(name => selection.some(part => name.includes(part)))
  if (isIn.includes(true)) return isIn
  throw new RangeError(
    `no parameter has ${quoted(selection)} in its name: they are ${quoted(names)}. Name the variables, or select 'vectors'`,
  )
}

export function checkSelection(what: string, selection: Selection): void {
  if (!Array.isArray(selection)) {
    checkName(what, selection, ['all', 'none', 'vectors'])
  } else if (selection.length === 0 || selection.includes('')) {
    throw new RangeError(
      `${what} is [${quoted(selection)}]; it must be texts that are not empty, or 'none' or 'all'`,
    )
  }
}

export function checkWeightDecay(weightDecay: WeightDecay): void {
  if (typeof weightDecay === 'number') {
    checkNotNegative('weightDecay', weightDecay)
    return
  }
  weightDecay.forEach(({ of, decay }, i) => {
    checkSelection(`weightDecay[${i}].of`, of)
    checkNotNegative(`weightDecay[${i}].decay`, decay)
  })
}

/** As plain data. */
export function weightDecayConfig(weightDecay: WeightDecay): tf.serialization.ConfigDictValue {
  return typeof weightDecay === 'number' ? weightDecay : weightDecay.map(({ of, decay }) => ({ of, decay }))
}

/** ', λ=0.01', or nothing where nothing decays. */
export function describeDecay(weightDecay: WeightDecay): string {
  if (weightDecay === 0) return ''
  if (typeof weightDecay === 'number') return `, λ=${weightDecay}`
  const groups = weightDecay.map(({ of, decay }) => `${decay} for ${describeSelection(of)}`)
  return `, λ=${groups.join(', ')}`
}

export function describeSelection(selection: Selection): string {
  return Array.isArray(selection) ? selection.join('|') : selection
}

function nameOf(parameter: tf.Tensor, place: number, selection: readonly string[]): string {
  if (parameter instanceof tf.Variable) return parameter.name
  throw new RangeError(
    `${quoted(selection)} selects by name, and parameter ${place} is a tensor without one: give variables, or select 'vectors'`,
  )
}

function quoted(texts: readonly string[]): string {
  return texts.map(text => `'${text}'`).join(', ')
}
