import { compile, type Compiled, type CompileOptions } from './compile.ts'
import type { Tensors } from './tensors.ts'

/**
 * Compiles some work that depends on more than tensors, and compiles it anew when that was changed between two calls. What
 * a call changes by itself is no such change: `compile` refuses it where the work depends on it.
 *
 * @param state all that the work depends on, as text
 * @param renew called before a call that is compiled anew
 */
export function compileWhile<Arguments extends readonly Tensors[], Result>(
  state: () => string,
  work: (...given: Arguments) => Result,
  options: CompileOptions,
  renew: () => void = () => undefined,
): Compiled<Arguments, Result> {
  let known: string | undefined
  const compiled = compile((...given: Arguments): Result => {
    try {
      return work(...given)
    } finally {
      // Graphs change none of it.
      known = state()
    }
  }, options)
  const call = (...given: Arguments): Result => {
    if (known !== state()) {
      compiled.dispose()
      renew()
      known = state()
    }
    return compiled(...given)
  }
  return Object.assign(call, { dispose: compiled.dispose, explain: compiled.explain })
}
