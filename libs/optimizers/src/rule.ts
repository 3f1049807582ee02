import * as tf from '@tensorflow/tfjs'

/** What an optimiser remembers of one parameter: tensors of its shape, by name. */
export type ParameterState<Slot extends string = string> = Readonly<Record<Slot, tf.Tensor>>

/** What changes from step to step, as tensors: so a compiled step never has it fixed. */
export interface StepInputs {
  /** η, a scalar. */
  readonly learningRate: tf.Tensor
  /** t = 1, 2, …, a scalar of float32, which counts to 2²⁴. */
  readonly step: tf.Tensor
  /**
   * For a look at a step that is not made (`trustRatios` of an optimiser): told how a layer-wise rule scales the parameter at
   * `place`. The gradients are then those of the whole batch, also over `accumulate`. What it keeps it has to copy.
   */
  readonly observe?: ((place: number, scale: LayerScale) => void) | undefined
}

/** How a layer-wise rule (LARS, LAMB) scales one parameter tensor, before the learning rate; all scalars. */
export interface LayerScale {
  /** ‖θ‖. */
  readonly weightNorm: tf.Tensor
  /** What ‖θ‖, or φ of it, is divided by: the norm of the direction, as the variant has it. */
  readonly directionNorm: tf.Tensor
  /** The trust ratio r; 1 where a norm is 0. */
  readonly ratio: tf.Tensor
}

/** What a step makes: new parameters, and what is remembered of each. */
export interface Updated<Slot extends string = string> {
  readonly parameters: tf.Tensor[]
  readonly state: ParameterState<Slot>[]
}

/** An optimiser as a pure function of tensors. It holds none. */
export interface Rule<Slot extends string = string> {
  /** What it is, in full: to be printed with every result. */
  readonly name: string
  /** All that makes it this rule, as plain data: `ruleFromConfig` makes it again. */
  readonly config: tf.serialization.ConfigDict
  /** The names of what it remembers of each parameter. */
  readonly slots: readonly Slot[]
  /** How often it is to be given each batch, one time after the other: 1, unless it solves a problem on the batch. */
  readonly passes: number
  /** How many calls of `update` belong to one batch: `passes`, times the micro-batches that it accumulates. */
  readonly period: number
  /**
   * One step.
   *
   * @param parameters θ, float32 of any shapes; variables where groups are chosen by name
   * @param gradients of their shapes
   * @param state one for each parameter; zeros before the first step: `initialState`
   * @returns new tensors, or those that were given where nothing changes
   * @throws RangeError where numbers or shapes of the tensors do not fit
   */
  update(
    parameters: readonly tf.Tensor[],
    gradients: readonly tf.Tensor[],
    state: readonly ParameterState<Slot>[],
    inputs: StepInputs,
  ): Updated<Slot>
  /**
   * Where the gradient is to be taken, if not at the parameters.
   *
   * @param gradients at the parameters
   * @returns parameters; new tensors
   */
  readonly perturb?: (parameters: readonly tf.Tensor[], gradients: readonly tf.Tensor[]) => tf.Tensor[]
}

/**
 * What a rule remembers before its first step: zeros.
 *
 * @example
 * const [state] = initialState(heavyBall(), [tf.tensor1d([1, 2])])
 * state.velocity // [0, 0]
 */
export function initialState<Slot extends string>(
  { slots }: Rule<Slot>,
  parameters: readonly tf.Tensor[],
): ParameterState<Slot>[] {
  return parameters.map(parameter => recordOf(slots, () => tf.zerosLike(parameter)))
}

/** A tensor for each slot. */
export function recordOf<Slot extends string, T>(
  slots: readonly Slot[],
  make: (slot: Slot) => T,
): Record<Slot, T> {
  return Object.fromEntries(slots.map(slot => [slot, make(slot)])) as Record<Slot, T>
}

/** A number as a tensor, the same one wherever it is asked for in a step: each constant costs, eager and compiled. */
export type Constants = (value: number) => tf.Tensor

interface RuleParts<Slot extends string> {
  readonly name: string
  readonly config: tf.serialization.ConfigDict
  readonly slots: readonly Slot[]
  /** From all parameters and gradients to the update of one, by its place. */
  readonly prepare: (
    parameters: readonly tf.Tensor[],
    gradients: readonly tf.Tensor[],
    inputs: StepInputs & { readonly constant: Constants },
  ) => (
    parameter: tf.Tensor,
    gradient: tf.Tensor,
    state: ParameterState<Slot>,
    place: number,
  ) => { readonly parameter: tf.Tensor; readonly state: ParameterState<Slot> }
}

/** A rule from what it does to one parameter: with the checks, and with intermediate tensors disposed of. */
export function defineRule<Slot extends string>({
  name,
  config,
  slots,
  prepare,
}: RuleParts<Slot>): Rule<Slot> {
  return Object.freeze<Rule<Slot>>({
    name,
    config,
    slots,
    passes: 1,
    period: 1,
    update: (parameters, gradients, state, inputs) => {
      checkTensors({ name, slots }, parameters, gradients, state)
      return tf.tidy(() => {
        const one = prepare(parameters, gradients, {
          ...inputs,
          constant: onceEach(value => tf.scalar(value)),
        })
        const results = parameters.map((parameter, place) => {
          const [gradient, own] = [gradients[place], state[place]]
          if (gradient === undefined || own === undefined)
            throw new RangeError(`${name}: nothing at ${place}`)
          return one(parameter, gradient, own, place)
        })
        return { parameters: results.map(each => each.parameter), state: results.map(each => each.state) }
      })
    },
  })
}

/** Makes a tensor of a number once, and gives the same one from then on. */
export function onceEach(make: Constants): Constants {
  const made = new Map<number, tf.Tensor>()
  return value => {
    const tensor = made.get(value) ?? make(value)
    made.set(value, tensor)
    return tensor
  }
}

/** Refuses what would be broadcast, or left out. */
export function checkTensors(
  { name, slots }: Pick<Rule, 'name' | 'slots'>,
  parameters: readonly tf.Tensor[],
  gradients: readonly tf.Tensor[],
  state: readonly ParameterState[],
): void {
  if (parameters.length === 0) throw new RangeError(`${name}: got no parameters`)
  if (gradients.length !== parameters.length || state.length !== parameters.length) {
    throw new RangeError(
      `${name}: got ${parameters.length} parameters, ${gradients.length} gradients and ${state.length} states; ` +
        'there must be one of each',
    )
  }
  parameters.forEach(({ shape }, i) => {
    const beside = [
      ['gradient', gradients[i]],
      ...slots.map(slot => [slot, state[i]?.[slot]] as const),
    ] as const
    for (const [what, tensor] of beside) {
      if (tensor?.shape.join() === shape.join()) continue
      const found = tensor === undefined ? 'missing' : `of shape [${tensor.shape.join()}]`
      throw new RangeError(`${name}: parameter ${i} is of shape [${shape.join()}], its ${what} is ${found}`)
    }
  })
}
