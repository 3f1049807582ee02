export {
  type Compared,
  epochRatio,
  epochTimes,
  growthExponent,
  timeRatio,
  updateAt,
} from './compare-update-times.ts'
export { fitKnee, type Knee } from './fit-knee.ts'
export { measureUpdateTimes, type MeasureOptions } from './measure-update-times.ts'
export type { MissingUpdateTime, UpdateTime, UpdateTimes, UpdateTimeStudy } from './update-time-study.ts'
