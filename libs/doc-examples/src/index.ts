export { differenceOf } from './difference-of.ts'
export { type DocExample, examplesOf, runExample, type Stated } from './doc-examples.ts'
