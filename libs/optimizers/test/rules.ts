import * as o from '../src/index.ts'

/** One of each rule and variant, with groups and wrappers, and a rate at which it does something. */
export const rules: readonly o.Rule[] = [
  o.sgd({ weightDecay: 0.1 }),
  o.heavyBall(),
  o.nesterov(),
  o.rmsprop(),
  o.adam(),
  o.adamW({ weightDecay: o.exceptVectors(0.1) }),
  o.lars({ variant: 'you2017', weightDecay: 0.1, trustCoefficient: 0.1 }),
  o.lars({ variant: 'you2019' }),
  o.lars({ variant: 'timm', weightDecay: 0.1, trustCoefficient: 0.1 }),
  o.lars({ variant: 'optax', exclude: 'vectors', trustCoefficient: 0.1 }),
  o.lamb({ variant: 'paperV3', normClamp: [0.5, 2] }),
  o.lamb({ variant: 'algorithm2', exclude: 'vectors' }),
  o.lamb({ variant: 'cybertronai' }),
  o.lamb({ variant: 'timm' }),
  o.sam(o.adamW()),
  o.asam(o.heavyBall(), { exclude: 'vectors' }),
  o.clipByNorm(o.adam(), 0.1),
  o.perturbed(o.sgd(), { gradientThreshold: 10, radius: 0.01, wait: 3 }),
  o.accumulate(o.sam(o.lamb()), 2),
  o.conservative(o.adam(), { strength: 0.5, steps: 3 }),
  o.accumulate(o.conservative(o.heavyBall(), { strength: 0.5, steps: 2 }), 2),
]
