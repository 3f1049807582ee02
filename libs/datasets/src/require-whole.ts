/** @throws RangeError unless `value` is a whole number from `lowest` to `highest` */
export function requireWhole(name: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return
  throw new RangeError(`${name} is ${value}: use a whole number from ${lowest} to ${highest}.`)
}
