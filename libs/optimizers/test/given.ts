/** What has to be there. */
export function given<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('nothing is given')
  return value
}
