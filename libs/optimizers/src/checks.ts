// Number.isFinite also refuses a text: options may come from JSON.

/** Refuses anything but a number from 0 on that is below 1: a decay of a moving average. */
export function checkFraction(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0 && value < 1) return
  throw new RangeError(`${name} is ${value}; it must be a number from 0 on, and below 1`)
}

/** Refuses anything but a finite number from 0 on. */
export function checkNotNegative(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return
  throw new RangeError(`${name} is ${value}; it must be a finite number from 0 on`)
}

/** Refuses anything but a positive finite number. */
export function checkPositive(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return
  throw new RangeError(`${name} is ${value}; it must be a positive finite number`)
}

/** Refuses anything but a whole number from `from` on. */
export function checkWhole(name: string, value: number, from: number): void {
  if (Number.isSafeInteger(value) && value >= from) return
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${from} on`)
}

/** Refuses a name that is none of the known ones. */
export function checkName(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  throw new RangeError(`${what} is '${name}'; it must be one of ${known.join(', ')}`)
}

/** Refuses an option that was not used, such as a misspelt one. */
export function checkUsed(owner: string, options: object, used: object): void {
  const unknown = Object.keys(options).filter(name => !(name in used))
  if (unknown.length > 0) throw new RangeError(`${owner} has no option ${unknown.join(', ')}`)
}
