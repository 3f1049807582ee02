/** Refuses anything but an integer in a range. */
export function checkInteger(name: string, value: number, from: number): void {
  if (Number.isSafeInteger(value) && value >= from) return
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${from} on`)
}

/** Refuses anything but a positive finite number. */
export function checkPositive(name: string, value: number): void {
  if (value > 0 && value < Infinity) return
  throw new RangeError(`${name} is ${value}; it must be a positive finite number`)
}
