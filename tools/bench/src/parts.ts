import { type Case, MLP_STEPS, OPTIMIZER_STEPS, STEPS } from './cases.ts'
import type { RunnerName } from './runner.ts'

/** A part of the benchmark: a table, and what it compares. */
export interface Part {
  /** What the command line takes. */
  readonly name: PartName
  readonly title: string
  /** Its columns, in order; the first that runs is what the others are compared with. */
  readonly runners: readonly RunnerName[]
  readonly cases: readonly Case[]
  /** What a reader must know of it. */
  readonly notes: readonly string[]
}

export type PartName = 'steps' | 'optimizers' | 'curve' | 'fresh'

/** In the order in which they are told. */
export const PARTS: readonly Part[] = [
  {
    name: 'steps',
    title: 'Steps, gradients and Hessian-vector products',
    runners: ['pytorch', 'native', 'compiled', 'wasm'],
    cases: STEPS,
    notes: [
      'HVP: the product of the Hessian of the loss with a vector. At one point: one more of them where another was ' +
        'taken before. PyTorch keeps the graph of its gradient for that; compiled keeps all that does not depend on ' +
        'the vector.',
      'BERT: 2 layers of width 128 with 2 heads and 512 hidden units, sequences of 128 tokens, 19 of which are predicted ' +
        'from 4096 words; AdamW; nothing is dropped. PyTorch makes queries, keys and values by one product, which is ' +
        'its fastest way; ours computes the last layer only where words are predicted.',
    ],
  },
  {
    name: 'optimizers',
    title: 'Updates of the MLP by optimiser',
    runners: ['pytorch', 'pytorch-foreach', 'pytorch-fused', 'native', 'compiled'],
    cases: OPTIMIZER_STEPS,
    notes: [
      'PyTorch: its optimisers as they are by default; foreach and fused: made with that option. There is no fused ' +
        'RMSProp, and no LARS, LAMB, SAM or ASAM. Ours are those of libs/optimizers; SAM and ASAM take two gradients.',
      'The constants are the same on both sides.',
    ],
  },
  {
    name: 'curve',
    title: 'A step of the MLP by batch size',
    runners: ['pytorch', 'native', 'compiled'],
    cases: MLP_STEPS,
    notes: [],
  },
  {
    name: 'fresh',
    title: 'A fresh process: first calls and memory',
    runners: ['pytorch', 'native', 'compiled'],
    cases: [...STEPS, ...OPTIMIZER_STEPS].filter(({ name }) =>
      ['mlp-16', 'cnn-32', 'adam-2048'].includes(name),
    ),
    notes: [],
  },
]

/**
 * The parts of these names with the cases of those, both in the order in which they are told. A part that keeps no
 * case is left out.
 *
 * @param names of parts; `all` for every one, `steps` where there is none
 * @param only names of cases; all where there is none
 * @throws RangeError on a part that is not there, and on a case that these parts do not have
 *
 * @example
 * chooseParts(['steps'], ['cnn-32'])[0].cases[0].batch // 32
 */
export function chooseParts(names: readonly string[], only: readonly string[]): Part[] {
  refuseUnknown('part', names, [...PARTS.map(({ name }) => name), 'all'])
  const asked = names.length === 0 ? ['steps'] : names
  const parts = PARTS.filter(({ name }) => asked.includes(name) || asked.includes('all'))
  const known = new Set(parts.flatMap(({ cases }) => cases.map(({ name }) => name)))
  refuseUnknown('case', only, [...known])
  if (only.length === 0) return parts
  return parts
    .map(part => ({ ...part, cases: part.cases.filter(({ name }) => only.includes(name)) }))
    .filter(({ cases }) => cases.length > 0)
}

function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find(name => !known.includes(name))
  if (unknown === undefined) return
  throw new RangeError(`'${unknown}' is no ${what} of the benchmark; choose from ${known.join(', ')}`)
}

/** A case, and the runners on which it is timed. */
export interface Planned {
  readonly case: Case
  readonly runners: readonly RunnerName[]
}

/** What has to be timed for these parts: a case that two of them have, once. */
export function planned(parts: readonly Part[]): Planned[] {
  const plan = new Map<string, Planned>()
  for (const { cases, runners } of parts) {
    for (const each of cases) {
      const on = runners.filter(name => !each.without?.includes(name))
      const before = plan.get(each.name)?.runners ?? []
      plan.set(each.name, { case: each, runners: [...new Set([...before, ...on])] })
    }
  }
  return [...plan.values()]
}
