/** How long work is watched and stopped. Every algorithm on an operator takes these. */
export interface WorkOptions {
  /** Looked at between products: once it is aborted, the work ends by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Told after each product how many are done, and how many there will be at most: an algorithm that converges
   * needs fewer.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}
