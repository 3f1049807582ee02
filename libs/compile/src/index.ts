export { compile, type Compiled, type CompileOptions } from './compile.ts'
export { type Explanation } from './explain.ts'
export { type Tensors } from './tensors.ts'
