/** What this file uses of TensorFlow.js's engine; there is one in a process, whichever packages have loaded it. */
interface Engine {
  state: {
    gradientDepth: number
    kernelDepth: number
    activeTape: { saved?: { dispose(): void }[] | null }[] | null
    scopeStack: unknown[]
  }
  endScope(): void
}

/**
 * Closes what a loop that was stopped by force inside `tf.tidy` or `tf.grad` has left open in TensorFlow.js: no `finally`
 * has run. Left open, its tape would record, and so keep, every tensor from then on. Disposes of the tensors of the tidies.
 */
export function closeEngine(): void {
  const engine = (globalThis as { _tfengine?: Engine })._tfengine
  if (!engine) return
  const { state } = engine
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose()
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0, activeTape: null })
  while (state.scopeStack.length > 0) engine.endScope()
}
