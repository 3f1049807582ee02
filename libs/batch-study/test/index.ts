/** For tests and measurements of other packages. */
export { emptyResult, emptyRunner } from './empty-runner.ts'
export { emptyTrials } from './empty-trials.ts'
export { testRedis, type TestRedis } from './redis.ts'
