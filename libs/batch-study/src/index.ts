export { arithmeticTime } from './arithmetic-time.ts'
export type { Checkpoint } from './checkpoint.ts'
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
export { type Executor, type ExecutorEvent, type TrialJob } from './executor.ts'
export { curveRows, toCsv, toParquet, type TrialRow, trialRows } from './export-trials.ts'
export { fitKnee, type Knee, kneeRatio } from './fit-knee.ts'
export { cosinesFromGram, type GradientNoise, gramMatrix, noiseFromGram } from './gradient-noise.ts'
export { localExecutor } from './local-executor.ts'
export { measureUpdateTimes, type MeasureOptions } from './measure-update-times.ts'
export { type ParameterStore, parameterStore } from './parameter-store.ts'
export { type RecordStore, type RecordStoreContents } from './record-store.ts'
export { type UselessFile } from './store-files.ts'
export { runTrial, type RunOptions, type TrialProgress, type TrialRun } from './run-trial.ts'
export { storedTasks, type StoredTasksOptions, type StoredTasksResults } from './stored-tasks.ts'
export { sweep, type SweepEvent, type SweepOptions } from './sweep.ts'
export { type TaskRecord, taskStore } from './task-store.ts'
export { checkTrial, type Trial, TrialError, type TrialInput, type TrialIssue } from './trial.ts'
export { type TrialData, type TrialImages } from './trial-data.ts'
export { type TrialRecord } from './trial-record.ts'
export { type BatchNoise, type CurvePoint, type KeptParameters, type TrialResult } from './trial-result.ts'
export { type StoreContents, StoreError, type TrialStore, trialStore } from './trial-store.ts'
export type { MissingUpdateTime, UpdateTime, UpdateTimes, UpdateTimeStudy } from './update-time-study.ts'
export {
  type KeptNetwork,
  type Normalization,
  type ObjectiveChoice,
  openKept,
  type OpenNetwork,
  type OpenOptions,
  readKept,
  type ReadNetwork,
} from './kept-network.ts'
export { type KeptMeasures, type KeptMeasuresTask, measuresOfKept } from './kept-measures.ts'
export { type KeptSharpness, type KeptSharpnessTask, sharpnessOfKept } from './kept-sharpness.ts'
export {
  type PathPoint,
  type PathSlice,
  type PlanePoint,
  type PlaneSlice,
  type SliceData,
  type SlicePoint,
  type SliceRow,
  slicesOfKept,
} from './kept-slice.ts'
