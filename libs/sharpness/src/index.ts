export { type HostLoss } from './host-loss.ts'
export {
  type KeskarSharpness,
  keskarSharpness,
  type KeskarSharpnessOptions,
  type SharpnessSearch,
} from './keskar-sharpness.ts'
export { type RandomSubspace, randomSubspace } from './random-subspace.ts'
export { type Subspace, wholeSpace } from './subspace.ts'
export { curvedPath, straightPath } from './paths.ts'
export { type Plane } from './plane.ts'
export {
  type FilterNormalisation,
  filterNormalisedDirection,
  filterNormalisedPlane,
} from './filter-normalised.ts'
export { planeThrough } from './plane-through.ts'
export { principalPlane, type PrincipalPlane } from './principal-plane.ts'
export { alongPath, equallySpaced, overPlane, type PointMeasure, type SliceOptions } from './slices.ts'
export { type LossAndAccuracy, lossAndAccuracy } from './loss-and-accuracy.ts'
export {
  type ExtremeEigenvalues,
  extremeEigenvalues,
  type ExtremeEigenvaluesOptions,
} from './extreme-eigenvalues.ts'
export { type AdaptiveSharpnessOptions, adaptiveSharpness } from './adaptive-sharpness.ts'
export {
  adaptiveAverageSharpness,
  type AverageSharpness,
  averageSharpness,
  type AverageSharpnessOptions,
} from './average-sharpness.ts'
export { type FisherRaoNorm, fisherRaoNorm } from './fisher-rao-norm.ts'
export { type HessianSharpness, hessianSharpness, type HessianSharpnessOptions } from './hessian-sharpness.ts'
export { type Invariances, invariances } from './invariances.ts'
export { type Box } from './box.ts'
export { lbfgsb, type LbfgsbEnd, type LbfgsbOptions, type LbfgsbResult } from './l-bfgs-b.ts'
export {
  magnitudeAwarePacBayesFlatness,
  type PacBayesFlatness,
  pacBayesFlatness,
  type PacBayesFlatnessOptions,
} from './pac-bayes-flatness.ts'
export { rescaleLayers } from './rescaling.ts'
export { samSharpness, type SamSharpnessOptions } from './sam-sharpness.ts'
export { type WorstCaseSharpness } from './rise-in-ball.ts'
export { type FilterScaling, unitFilters } from './unit-filters.ts'
export { type MeasureOptions } from './evaluations.ts'
export { type AscentOptions } from './rise-in-ball.ts'
