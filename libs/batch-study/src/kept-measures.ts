import {
  adaptiveSharpness,
  averageSharpness,
  fisherRaoNorm,
  hessianSharpness,
  pacBayesFlatness,
  samSharpness,
} from '@flatland/sharpness'
import { type KeptNetwork, type ObjectiveChoice, openKept } from './kept-network.ts'
import { type StoredTasksOptions, storedTasks, type StoredTasksResults } from './stored-tasks.ts'

/** Which other measures of sharpness a kept network is to be given. */
export interface KeptMeasuresTask extends KeptNetwork, ObjectiveChoice {
  /** The loss is taken over so many training images: the first ones. */
  readonly images: number
  /** `curvature`: λmax and trace of the Hessian; `all`: the others too. */
  readonly measures: 'curvature' | 'all'
  /** Random vectors for the trace, and for averages. */
  readonly probes: number
}

/** One number for each measure; `null` for those that were not asked for. */
export interface KeptMeasures {
  /** λmax of the Hessian, and by how much it may be off. */
  readonly largestEigenvalue: number
  readonly largestEigenvalueBound: number
  readonly trace: number
  readonly traceStandardError: number
  /** SAM's, ρ = 0.05. */
  readonly sam: number | null
  /** Adaptive, p = 2, ρ = 0.5, as `asam` has it. */
  readonly adaptive: number | null
  /** On average over normal δ with σ = 0.01, and its standard error. */
  readonly average: number | null
  readonly averageStandardError: number | null
  /** Fisher–Rao norm; only with `fixed` statistics, where each image stands for itself. */
  readonly fisherRao: number | null
  /** 1/σ² of PAC-Bayes flatness, the loss rising by 0.1 on average. */
  readonly pacBayes: number | null
}

/**
 * Other measures of the sharpness of kept networks, see @flatland/sharpness, in worker processes, stored: see `storedTasks`.
 *
 * @throws as `storedTasks` does; a task that cannot be computed is listed in `missing`, with the reason
 */
export function measuresOfKept(
  tasks: readonly KeptMeasuresTask[],
  options: StoredTasksOptions = {},
): Promise<StoredTasksResults<KeptMeasures>> {
  const source = { module: new URL('./kept-measures.ts', import.meta.url), name: 'keptMeasures' }
  return storedTasks(source, tasks, options)
}

/** What runs in a worker. */
export function keptMeasures(): (task: KeptMeasuresTask) => Promise<KeptMeasures> {
  return async ({ trial, parameters, images, measures, probes, ...choice }) => {
    const open = await openKept({ trial, parameters }, { images, heldOut: 1 })
    try {
      const objective = open.objective(choice)
      const curvature = await hessianSharpness(objective, { probes })
      const found = {
        largestEigenvalue: curvature.largestEigenvalue,
        largestEigenvalueBound: curvature.errorBound,
        trace: curvature.trace,
        traceStandardError: curvature.traceStandardError,
      }
      if (measures === 'curvature') return { ...found, ...NOTHING }
      const average = await averageSharpness(objective, { sigma: 0.01, pairs: probes })
      return {
        ...found,
        sam: (await samSharpness(objective)).value,
        adaptive: (await adaptiveSharpness(objective, { rho: 0.5 })).value,
        average: average.value,
        averageStandardError: average.standardError,
        fisherRao:
          choice.normalization === 'fixed' ? (await fisherRaoNorm(open.modelObjective())).value : null,
        pacBayes: (await pacBayesFlatness(objective, { pairs: probes })).value,
      }
    } finally {
      open.dispose()
    }
  }
}

const NOTHING = {
  sam: null,
  adaptive: null,
  average: null,
  averageStandardError: null,
  fisherRao: null,
  pacBayes: null,
}
