/** Refuses anything but an integer from `from` to `to`. `advice` says what to do about it. */
export function checkInteger(name: string, value: number, from: number, to = Infinity, advice = ''): void {
  if (Number.isInteger(value) && value >= from && value <= to) return
  const range = to === Infinity ? `at least ${from}` : `from ${from} to ${to}`
  throw new RangeError(`${name} is ${value}; it must be an integer ${range}${advice && `: ${advice}`}`)
}

/** Refuses anything but a positive finite number. */
export function checkPositive(name: string, value: number): void {
  if (value > 0 && value < Infinity) return
  throw new RangeError(`${name} is ${value}; it must be a positive finite number`)
}

/** Refuses a vector of another length, or with a number in it that is not finite. */
export function checkVector(name: string, x: Float64Array, size: number): void {
  checkLength(name, x, size)
  const bad = x.findIndex(value => !Number.isFinite(value))
  if (bad >= 0) throw new RangeError(`${name} holds ${x[bad] ?? NaN} at index ${bad}; all must be finite`)
}

/** Refuses a vector of another length. */
export function checkLength(name: string, x: Float64Array, size: number): void {
  if (!(x instanceof Float64Array)) {
    throw new TypeError(`${name} is not a Float64Array; convert it with Float64Array.from`)
  }
  if (x.length !== size) throw new RangeError(`${name} has ${x.length} numbers; it must have ${size}`)
}

/** Refuses a loss without derivatives, as `gradients` does where it can read it: in a graph it cannot. */
export function checkFiniteLoss(loss: number): void {
  if (Number.isFinite(loss)) return
  throw new RangeError(
    `The loss is ${loss}, so it has no gradient: look for NaN in the parameters or the data, or for a step too large`,
  )
}
