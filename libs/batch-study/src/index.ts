export { arithmeticTime } from './arithmetic-time.ts'
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
export { fitKnee, type Knee, kneeRatio } from './fit-knee.ts'
export { measureUpdateTimes, type MeasureOptions } from './measure-update-times.ts'
export type { MissingUpdateTime, UpdateTime, UpdateTimes, UpdateTimeStudy } from './update-time-study.ts'
