/** What the caller typed cannot be meant: one line on stderr and exit code 2, where any other failure exits with 1. */
export class UsageError extends Error {
  override name = 'UsageError'
}
