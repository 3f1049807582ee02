/** What keeps a store from reading or writing. What is in it stays. */
export class StoreError extends Error {
  override name = 'StoreError'
  /** `full`: no space or quota left; `unwritable`, `unreadable`: anything else, which the message says. */
  readonly kind: 'full' | 'unwritable' | 'unreadable'

  constructor(kind: StoreError['kind'], message: string, cause: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

export function writeError(folder: string, of: string, error: unknown): StoreError {
  const code = codeOf(error)
  const remedy = `The ${of} that it holds are whole. Then run again: only what is missing is computed.`
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new StoreError('full', `No space is left for ${of} in ${folder} (${code}). Make some. ${remedy}`, error)
    : new StoreError(
        'unwritable',
        `No ${of} can be written to ${folder}: ${String(error)}. Mend that, or name another folder. ${remedy}`,
        error,
      )
}

/** For `catch`: what is not there is `otherwise`. */
export function ifMissing<T>(folder: string, of: string, otherwise: T): (error: unknown) => T {
  return error => {
    if (codeOf(error) === 'ENOENT') return otherwise
    throw new StoreError('unreadable', `The ${of} in ${folder} cannot be read: ${String(error)}`, error)
  }
}

/** Of the operating system, as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
