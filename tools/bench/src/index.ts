export { bench, type BenchOptions } from './bench.ts'
export { type Case } from './cases.ts'
export { benchPage, type PageFiles } from './page.ts'
export { type Part, PARTS } from './parts.ts'
export {
  type BenchResult,
  type CaseResult,
  type FreshResult,
  type PartResult,
  type Peak,
  type RunnerResult,
} from './result.ts'
export { type Spread } from './statistics.ts'
export { benchTable } from './table.ts'
