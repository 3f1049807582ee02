export { accumulate } from './accumulate.ts'
export { adam } from './adam.ts'
export { adamW, type AdamWOptions } from './adam-w.ts'
export { asam, type AsamOptions } from './asam.ts'
export { clipByNorm } from './clip-by-norm.ts'
export { conservative, type ConservativeOptions } from './conservative.ts'
export { growBatch, type GrowBatchOptions, type GrownBatch } from './grow-batch.ts'
export { heavyBall, type MomentumOptions } from './heavy-ball.ts'
export { lamb, type LambOptions, type LambVariant } from './lamb.ts'
export { lars, type LarsOptions, type LarsVariant } from './lars.ts'
export { type MomentsOptions } from './moments.ts'
export { nesterov } from './nesterov.ts'
export { optimizer, optimizerFromConfig, type RuleOptimizer } from './optimizer.ts'
export { perturbed, type PerturbedOptions } from './perturbed.ts'
export { rmsprop, type RmspropOptions } from './rmsprop.ts'
export {
  initialState,
  type LayerScale,
  type ParameterState,
  type Rule,
  type StepInputs,
  type Updated,
} from './rule.ts'
export { type TrustRatio } from './rule-state.ts'
export { ruleFromConfig } from './rule-from-config.ts'
export { sam, type SamOptions } from './sam.ts'
export { linearScaling, type ScalingOptions, squareRootScaling } from './scaling-rules.ts'
export { scheduleFromConfig } from './schedule-from-config.ts'
export { cosine, type CosineOptions } from './schedules/cosine.ts'
export { oneCycle, type OneCycleOptions } from './schedules/one-cycle.ts'
export { polynomial, type PolynomialOptions } from './schedules/polynomial.ts'
export { type Schedule } from './schedules/schedule.ts'
export { stepDecay, type StepDecayOptions } from './schedules/step-decay.ts'
export { warmUp, type WarmUpLength, type WarmUpOptions } from './schedules/warm-up.ts'
export { type DecayGroup, exceptVectors, type Selection, type WeightDecay } from './selection.ts'
export { sgd, type SgdOptions } from './sgd.ts'
