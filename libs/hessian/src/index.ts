export {
  type MeasuredEigenvalue,
  type CriticalPointEvidence,
  type CriticalPointKind,
  type CriticalPoint,
  classifyCriticalPoint,
} from './classify-critical-point.ts'
export {
  type ConjugateGradientsOptions,
  type ConjugateGradientsResult,
  conjugateGradients,
  type NotConvex,
  type Solved,
} from './conjugate-gradients.ts'
export { denseMatrix } from './dense-matrix.ts'
export { type DiagonalOptions, type DiagonalEstimate, diagonalEstimate } from './diagonal-estimate.ts'
export { diagonalMatrix } from './diagonal-matrix.ts'
export { type Eigenpair, type Eigenpairs } from './eigenpairs.ts'
export { type Estimate } from './estimate.ts'
export { type ExplicitMatrixOptions, type ExplicitMatrix, explicitMatrix } from './explicit-matrix.ts'
export { type FrobeniusNormOptions, frobeniusNorm } from './frobenius-norm.ts'
export { type HutchPlusPlusOptions, hutchPlusPlusTrace } from './hutch-plus-plus.ts'
export { type HutchinsonOptions, hutchinsonTrace } from './hutchinson.ts'
export { type LanczosEigenpairsOptions, lanczosEigenpairs } from './lanczos-eigenpairs.ts'
export { layersModel, type ModelFunction } from './layers-model.ts'
export { type Quadrature } from './lanczos-quadrature.ts'
export { type LanczosDecomposition, type LanczosOptions, lanczos } from './lanczos.ts'
export { type LinearOperator, type OpenOperator, type Product, float32Error } from './linear-operator.ts'
export { type LogDeterminantOptions, logDeterminant } from './log-determinant.ts'
export { type PowerIterationOptions, powerIteration } from './power-iteration.ts'
export { scaledBy } from './scaled-by.ts'
export { shiftedBy } from './shifted-by.ts'
export { type SpectralDensityOptions, type SpectralDensity, spectralDensity } from './spectral-density.ts'
export { type ExactDensity, exactDensity } from './spectral-density-exact.ts'
export { type OutlierGap, outlierGap } from './spectral-density-outliers.ts'
export { type BlockIndices, subBlock } from './sub-block.ts'
export { sumOf } from './sum-of.ts'
export { type FullSpectrum, symmetricEigen } from './symmetric-eigen.ts'
export { type SymmetryOptions, symmetryError } from './symmetry-error.ts'
export {
  type ThickRestartOptions,
  type ThickRestartEigenpairs,
  thickRestartLanczos,
} from './thick-restart-lanczos.ts'
export { type WantedEnd } from './wanted-end.ts'
export { type WorkOptions } from './work-options.ts'
export { xdiag, type XDiagOptions } from './xdiag.ts'
export { type XTraceOptions, xtrace } from './xtrace.ts'
export { type BatchOptions } from './micro-batches.ts'
export { empiricalFisher } from './empirical-fisher.ts'
export { atPoint, evaluateGradient, evaluateLoss, type LossAndGradient } from './evaluate.ts'
export { type FiniteDifferenceOptions, finiteDifferenceHessian } from './finite-difference-hessian.ts'
export { gaussNewton } from './gauss-newton.ts'
export { hessian } from './hessian-operator.ts'
export { hessianVectorProduct } from './hessian-vector-product.ts'
export { type LossFunction, lossFunction } from './loss-function.ts'
export { overBatches } from './over-batches.ts'
export { jacobianProduct, jacobianTransposeProduct, type Outputs } from './jacobian-products.ts'
export { type Jacobian, jacobian } from './jacobian.ts'
export {
  type MonteCarloFisher,
  type MonteCarloFisherOptions,
  monteCarloFisher,
  type ProductEstimate,
} from './monte-carlo-fisher.ts'
export {
  type Batch,
  type Classification,
  classification,
  type Examples,
  functionObjective,
  type ModelObjective,
  modelObjective,
  type Objective,
  tensorExamples,
} from './objective.ts'
export {
  type AlongOptions,
  type Comparison,
  type ModelAlong,
  type ModelStep,
  type QuadraticModel,
  quadraticModel,
} from './quadratic-model.ts'
export { type ErrorGrowth, modelErrorGrowth } from './quadratic-model-error.ts'
export { restrictParameters } from './restrict-parameters.ts'
export { type Escape, type EscapeEnd, type EscapeOptions, type EscapeStep } from './escape.ts'
export {
  escapeAlongNegativeCurvature,
  type NegativeCurvatureEscape,
  type NegativeCurvatureMove,
  type NegativeCurvatureOptions,
} from './escape-along-negative-curvature.ts'
export {
  type CriticalPointFound,
  type CriticalPointSearch,
  findCriticalPoints,
  type FindCriticalPointsOptions,
} from './find-critical-points.ts'
export {
  type CriticalPointSearchInWorkers,
  type CriticalPointWorkersOptions,
  findCriticalPointsInWorkers,
} from './find-critical-points-in-workers.ts'
export { callExported } from './call-exported.ts'
export {
  mapInWorkers,
  moduleAddress,
  type WorkerResults,
  type WorkersOptions,
  type WorkerSource,
} from './map-in-workers.ts'
export { gaussianField, type GaussianFieldSizes } from './gaussian-field.ts'
export { gaussianFieldIndices, type IndexShare } from './gaussian-field-indices.ts'
export {
  countPositiveDefinite,
  type RandomMatrices,
  randomMatrixIndices,
} from './gaussian-orthogonal-ensemble.ts'
export { type Interval, proportion, rankCorrelation } from './intervals.ts'
export { type CountInDimension, quadraticDecay } from './quadratic-decay.ts'
export { gradientDescent, type GradientDescentOptions } from './gradient-descent.ts'
export {
  perturbedGradientDescent,
  type PerturbedGradientDescentOptions,
} from './perturbed-gradient-descent.ts'
export { saddleFreeNewton, type SaddleFreeNewtonOptions } from './saddle-free-newton.ts'
