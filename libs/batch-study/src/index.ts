export { arithmeticTime } from './arithmetic-time.ts'
export { codeHash } from './code-hash.ts'
export {
  type Compared,
  type EpochTime,
  epochRatio,
  epochTimes,
  growthExponent,
  savedShare,
  timeRatio,
  updateAt,
} from './compare-update-times.ts'
export { criticalBatchSize, type CriticalBatchSize } from './critical-batch-size.ts'
export { type Executor, type ExecutorEvent } from './executor.ts'
export { curveRows, toCsv, toParquet, type TrialRow, trialRows } from './export-trials.ts'
export { fitKnee, type Knee, kneeRatio } from './fit-knee.ts'
export { cosinesFromGram, type GradientNoise, gramMatrix, noiseFromGram } from './gradient-noise.ts'
export { localExecutor } from './local-executor.ts'
export { measureUpdateTimes, type MeasureOptions } from './measure-update-times.ts'
export { runTrial, type RunOptions, type TrialProgress } from './run-trial.ts'
export { sweep, type SweepEvent, type SweepOptions } from './sweep.ts'
export { checkTrial, type Trial, TrialError, type TrialInput, type TrialIssue } from './trial.ts'
export { type TrialRecord } from './trial-record.ts'
export { type BatchNoise, type CurvePoint, type TrialResult } from './trial-result.ts'
export { type StoreContents, StoreError, type TrialStore, trialStore } from './trial-store.ts'
export type { MissingUpdateTime, UpdateTime, UpdateTimes, UpdateTimeStudy } from './update-time-study.ts'
