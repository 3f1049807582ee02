import { isTracing } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkNotNegative } from './checks.ts'
import { optimizerConfig, optimizerSettings } from './optimizer-config.ts'
import { gradientsElsewhere } from './perturbed-gradients.ts'
import type { Rule } from './rule.ts'
import { type NamedTensor, RuleState, type TrustRatio } from './rule-state.ts'
import type { Schedule } from './schedules/schedule.ts'

/**
 * A rule as an optimiser of TensorFlow.js, for `minimize`, `model.compile({ optimizer })` and `trainingStep`.
 *
 * The rate and the count of steps are variables: a compiled step reads them, so that a schedule never makes a new graph.
 * In a step compiled by hand only, with `compile`, nobody counts for a schedule: it is refused at the second step;
 * `trainingStep` of @flatland/compile counts.
 *
 * A loaded state belongs to the variables in the order in which steps update them. `dispose()` gives back what it holds.
 * A schedule is asked for the rate of the next step at the end of each.
 *
 * @param rule what it does; it is what `name` says
 * @param learningRate η ≥ 0, or a schedule of it over the steps of the rule
 * @throws RangeError when the rate is negative or not finite
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * const descent = optimizer(sgd(), t => 0.5 / (t + 1))
 * descent.minimize(() => theta.square().mul(0.5))
 * theta // 0.5
 * descent.learningRate // 0.25
 * descent.name // 'SGD'
 */
export function optimizer(rule: Rule, learningRate: number | Schedule): RuleOptimizer {
  return new RuleOptimizer(rule, learningRate)
}

export class RuleOptimizer extends tf.Optimizer {
  static readonly className = 'FlatlandOptimizer'

  readonly #rule: Rule
  readonly #state: RuleState
  #rate: number | Schedule
  /** Whether a step was traced that nobody has counted since. */
  #isUncounted = false

  constructor(rule: Rule, learningRate: number | Schedule) {
    super()
    checkRate(learningRate)
    this.#rule = rule
    this.#rate = learningRate
    this.#state = new RuleState(rule)
    this.#state.setRate(this.learningRate)
  }

  /** What it is, in full: to be printed with every result. */
  get name(): string {
    return this.#rule.name
  }

  /** η of the next step. */
  get learningRate(): number {
    return rateAt(this.#rate, Math.floor(this.iterations / this.#rule.period))
  }

  /** From the next step on, at no cost in a compiled one. A schedule counts from this optimiser's first step. */
  set learningRate(learningRate: number | Schedule) {
    checkRate(learningRate)
    this.#rate = learningRate
    this.#state.setRate(this.learningRate)
  }

  /** Also takes the gradients elsewhere, where the rule wants them from there. The loss is that at the parameters. */
  override computeGradients(
    loss: () => tf.Scalar,
    variables?: tf.Variable[],
  ): { value: tf.Scalar; grads: tf.NamedTensorMap } {
    const here = super.computeGradients(loss, variables)
    const { perturb } = this.#rule
    return perturb === undefined
      ? here
      : gradientsElsewhere(here, perturb, () => super.computeGradients(loss, variables))
  }

  /** Parameters without a gradient stay as they are. */
  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    this.#refuseUncounted()
    this.#state.step(namedGradients(gradients))
    if (isTracing()) this.#isUncounted = true
    else this.incrementIterations()
  }

  /**
   * How the next step would scale each parameter tensor, if these were its gradients: ‖θ‖, the norm of the direction and the
   * trust ratio r between them, as LARS and LAMB take it. Nothing is changed.
   *
   * @param gradients by the names of the variables, of the whole batch also over `accumulate`; at the rule's own point: where it
   *   takes them elsewhere (SAM), from there
   * @returns one for each gradient, in their order; none under a rule that has no ratios
   *
   * @example
   * const theta = tf.variable(tf.tensor1d([3, 4]), true, 'weights')
   * const descent = optimizer(lars({ momentum: 0 }), 0.1)
   * descent.trustRatios({ weights: tf.tensor1d([0, 10]) }) // [{ name: 'weights', weightNorm: 5, directionNorm: 10, ratio: 0.5 }]
   */
  trustRatios(gradients: tf.NamedTensorMap): TrustRatio[] {
    return this.#state.look(namedGradients(gradients))
  }

  protected override incrementIterations(): void {
    super.incrementIterations()
    this.#isUncounted = false
    this.#state.setRate(this.learningRate)
  }

  /** All that is remembered, exactly: the count of steps, then the slots of each parameter. */
  override async getWeights(): Promise<NamedTensor[]> {
    return Promise.resolve(this.#state.weights())
  }

  /**
   * Goes on exactly where the optimiser was whose `getWeights` these are.
   *
   * @throws RangeError (a rejection) when they are not those of this rule and these parameters
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    this.iterations_ = this.#state.setWeights(weights)
    this.#isUncounted = false
    this.#state.setRate(this.learningRate)
    return Promise.resolve()
  }

  /**
   * All that makes it this optimiser: `optimizerFromConfig` makes it again.
   *
   * @throws Error when the schedule of the rate has no settings
   */
  override getConfig(): tf.serialization.ConfigDict {
    return optimizerConfig(this.#rule, this.#rate)
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const { rule, learningRate } = optimizerSettings(config)
    return new cls(rule, learningRate)
  }

  /** Gives back what it holds, and forgets: a later step is a first one. */
  override dispose(): void {
    this.#state.dispose()
    this.iterations_ = 0
    this.#isUncounted = false
    this.#state.setRate(this.learningRate)
  }

  #refuseUncounted(): void {
    if (!this.#isUncounted || typeof this.#rate === 'number') return
    throw new Error(
      `${this.name} follows a schedule, and a compiled step does not count for it: use trainingStep of @flatland/compile`,
    )
  }
}

tf.serialization.registerClass(RuleOptimizer)

/**
 * The optimiser that `getConfig` describes, without its weights.
 *
 * @throws RangeError when a rule or a schedule in it is unknown, or a setting out of its range
 *
 * @example
 * const config = optimizer(adam({ beta1: 0.5 }), cosine({ learningRate: 0.1, steps: 100 })).getConfig()
 * optimizerFromConfig(config).name // 'Adam (β=0.5/0.999, ε=1e-8)'
 */
export function optimizerFromConfig(config: tf.serialization.ConfigDict): RuleOptimizer {
  const { rule, learningRate } = optimizerSettings(config)
  return optimizer(rule, learningRate)
}

function namedGradients(gradients: tf.NamedTensorMap | NamedTensor[]): [string, tf.Tensor][] {
  const pairs = Array.isArray(gradients)
    ? gradients.map(({ name, tensor }): [string, tf.Tensor | null] => [name, tensor])
    : Object.entries<tf.Tensor | null>(gradients)
  return pairs.filter((pair): pair is [string, tf.Tensor] => Boolean(pair[1]))
}

function checkRate(learningRate: number | Schedule): void {
  if (typeof learningRate === 'number') checkNotNegative('learningRate', learningRate)
}

function rateAt(learningRate: number | Schedule, step: number): number {
  if (typeof learningRate === 'number') return learningRate
  const rate = learningRate(step)
  checkNotNegative(`the rate that the schedule gives at step ${step}`, rate)
  return rate
}
