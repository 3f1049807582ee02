/** A coordinate without the digits that nobody sees: to a 10 000th of the axis' length. */
export function rounded(value: number, length: number): number {
  const digits = Math.min(100, Math.max(0, 4 - Math.floor(Math.log10(length))))
  return Number(value.toFixed(digits)) + 0
}
