import * as tf from '@tensorflow/tfjs'
import { recordOf, type Rule, type StepInputs, type Updated } from './rule.ts'

/** A tensor to be saved: TensorFlow.js has no public name for its type. */
export type NamedTensor = Awaited<ReturnType<tf.Optimizer['getWeights']>>[number]

/** How a layer-wise rule scales one parameter tensor, before the learning rate: see `LayerScale`. */
export interface TrustRatio {
  /** Of the variable. */
  readonly name: string
  readonly weightNorm: number
  readonly directionNorm: number
  readonly ratio: number
}

/** The variables that a rule needs between its steps: rate, count, and the state of each parameter. */
export class RuleState {
  readonly #rule: Rule
  #scalars: { readonly rate: tf.Variable; readonly step: tf.Variable } | undefined
  #rate = 0
  #count = 0
  /** Which parameter has the state of this place. */
  #names: string[] = []
  #state: Readonly<Record<string, tf.Variable>>[] = []

  constructor(rule: Rule) {
    this.#rule = rule
  }

  /** Not within a compiled function. */
  setRate(rate: number): void {
    if (rate === this.#rate) return
    this.#rate = rate
    if (this.#scalars !== undefined) assignNumber(this.#scalars.rate, rate)
  }

  /** One step of the rule, on registered variables by their names. */
  step(gradients: readonly (readonly [string, tf.Tensor])[]): void {
    const variables = gradients.map(([name]) => registered(name))
    const state = variables.map(variable => this.#stateOf(variable))
    const { rate, step } = this.#openScalars()
    const tensors = gradients.map(([, gradient]) => gradient)
    tf.tidy(() => {
      const count = step.add(1)
      const next = this.#rule.update(variables, tensors, state, { learningRate: rate, step: count })
      assign(step, count)
      this.#assignState(variables, state, next)
    })
  }

  /** What `step` would tell of its layers, without making it. */
  look(gradients: readonly (readonly [string, tf.Tensor])[]): TrustRatio[] {
    const variables = gradients.map(([name]) => registered(name))
    const state = variables.map(({ name }) => this.#state[this.#names.indexOf(name)])
    const found: TrustRatio[] = []
    tf.tidy(() => {
      const before = state.map(
        (own, i) => own ?? recordOf(this.#rule.slots, () => tf.zerosLike(variables[i] ?? 0)),
      )
      const count = this.#scalars?.step ?? tf.scalar(this.#count)
      const observe: StepInputs['observe'] = (place, scale) => {
        const [weightNorm = NaN, directionNorm = NaN, ratio = NaN] = tf
          .stack([scale.weightNorm, scale.directionNorm, scale.ratio])
          .dataSync()
        found.push({ name: variables[place]?.name ?? '', weightNorm, directionNorm, ratio })
      }
      const inputs = { learningRate: tf.scalar(this.#rate), step: count.add(1), observe }
      this.#rule.update(
        variables,
        gradients.map(([, gradient]) => gradient),
        before,
        inputs,
      )
    })
    return found
  }

  #assignState(
    variables: readonly tf.Variable[],
    state: readonly Readonly<Record<string, tf.Variable>>[],
    next: Updated,
  ): void {
    variables.forEach((variable, i) => {
      assign(variable, next.parameters[i])
      for (const slot of this.#rule.slots) assign(state[i]?.[slot], next.state[i]?.[slot])
    })
  }

  weights(): NamedTensor[] {
    const count = this.#scalars === undefined ? this.#count : (this.#scalars.step.dataSync()[0] ?? 0)
    const iterations = { name: 'iter', tensor: tf.scalar(count, 'int32') }
    const slots = this.#state.flatMap((record, i) =>
      this.#rule.slots.map(slot => ({
        name: `${this.#names[i] ?? i}/${slot}`,
        tensor: record[slot] as tf.Tensor,
      })),
    )
    return [iterations, ...slots]
  }

  /** @returns the count of steps */
  setWeights([iterations, ...tensors]: readonly NamedTensor[]): number {
    const { name, slots } = this.#rule
    const count = iterations?.tensor.dataSync()[0]
    const parameters = slots.length === 0 ? 0 : tensors.length / slots.length
    if (count === undefined || !Number.isInteger(parameters) || (slots.length === 0 && tensors.length > 0)) {
      throw new RangeError(
        `${name} was given ${tensors.length} tensors besides its count; it has ${slots.length} (${slots.join(', ')}) ` +
          'for each parameter',
      )
    }
    const loaded = Array.from({ length: parameters }, (_, i) =>
      recordOf(slots, slot => tensors[i * slots.length + slots.indexOf(slot)]?.tensor),
    )
    this.#checkLoaded(loaded)
    this.#count = count
    if (this.#scalars !== undefined) assignNumber(this.#scalars.step, count)
    this.#load(loaded)
    return count
  }

  /** Into the variables that there are: a compiled step goes on with them. */
  #load(loaded: readonly Readonly<Record<string, tf.Tensor | undefined>>[]): void {
    loaded.forEach((record, i) => {
      const own = this.#state[i]
      if (own !== undefined) for (const slot of this.#rule.slots) assignCopy(own[slot], record[slot])
      else this.#state[i] = recordOf(this.#rule.slots, slot => variableOf(record[slot]))
    })
  }

  #checkLoaded(loaded: readonly Readonly<Record<string, tf.Tensor | undefined>>[]): void {
    if (this.#state.length > 0 && loaded.length !== this.#state.length) {
      throw new RangeError(
        `${this.#rule.name} was given the state of ${loaded.length} parameters; it has that of ${this.#state.length}`,
      )
    }
    this.#state.forEach((own, i) => {
      for (const slot of this.#rule.slots)
        checkShape(`${slot} of parameter ${i}`, loaded[i]?.[slot], own[slot])
    })
  }

  dispose(): void {
    tf.dispose([this.#scalars?.rate, this.#scalars?.step, this.#state] as tf.TensorContainer)
    this.#scalars = undefined
    this.#count = 0
    this.#names = []
    this.#state = []
  }

  #openScalars(): { readonly rate: tf.Variable; readonly step: tf.Variable } {
    this.#scalars ??= {
      rate: variableOf(() => tf.scalar(this.#rate)),
      step: variableOf(() => tf.scalar(this.#count)),
    }
    return this.#scalars
  }

  /** What was loaded has no names: it is that of the parameters in their order. */
  #stateOf(variable: tf.Variable): Readonly<Record<string, tf.Variable>> {
    const known = this.#names.indexOf(variable.name)
    const place = known < 0 ? this.#names.length : known
    const state = (this.#state[place] ??= recordOf(this.#rule.slots, () =>
      variableOf(() => tf.zerosLike(variable)),
    ))
    if (known < 0) {
      for (const slot of this.#rule.slots) checkShape(`${slot} of '${variable.name}'`, state[slot], variable)
      this.#names.push(variable.name)
    }
    return state
  }
}

function registered(name: string): tf.Variable {
  const variable = tf.engine().registeredVariables[name]
  if (variable === undefined)
    throw new RangeError(`there is a gradient of '${name}', which is no variable that is held`)
  return variable
}

function checkShape(what: string, loaded: tf.Tensor | undefined, own: tf.Tensor | undefined): void {
  if (loaded?.shape.join() === own?.shape.join()) return
  throw new RangeError(
    `the state that was loaded has ${what} of shape [${loaded?.shape.join()}]; it must be [${own?.shape.join()}], as the ` +
      'parameters in the order in which they were trained',
  )
}

/** A variable keeps its own reference: the tensor that it starts from would stay behind. */
function variableOf(start: tf.Tensor | undefined | (() => tf.Tensor)): tf.Variable {
  return tf.tidy(() => tf.variable(typeof start === 'function' ? start() : tf.clone(start ?? 0), false))
}

function assign(variable: tf.Variable | undefined, value: tf.Tensor | undefined): void {
  if (variable !== undefined && value !== undefined && value !== variable) variable.assign(value)
}

function assignCopy(variable: tf.Variable | undefined, value: tf.Tensor | undefined): void {
  tf.tidy(() => {
    assign(variable, value?.clone())
  })
}

function assignNumber(variable: tf.Variable, value: number): void {
  tf.tidy(() => {
    variable.assign(tf.scalar(value))
  })
}
