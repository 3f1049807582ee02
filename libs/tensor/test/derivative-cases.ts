import { elementwiseCases } from './elementwise-cases.ts'
import type { DerivativeCase } from './hessian-check.ts'
import { networkCases } from './network-cases.ts'
import { shapeCases } from './shape-cases.ts'
import { windowCases } from './window-cases.ts'

/** Everything whose second derivatives are checked: the verified list and the README's table rest on it. */
export const derivativeCases: readonly DerivativeCase[] = [
  ...elementwiseCases,
  ...shapeCases,
  ...windowCases,
  ...networkCases,
]
