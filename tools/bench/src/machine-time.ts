import { cpus } from 'node:os'

/** Above this share of others the ratios mislead: a library that waits for its slowest thread loses most. */
export const QUIET = 0.1

/** A point in time, in milliseconds of all cores together. */
export interface MachineTime {
  readonly all: number
  readonly idle: number
}

/** Milliseconds since the machine started, summed over its cores. */
export function machineTime(): MachineTime {
  const cores = cpus().map(({ times }) => times)
  const idle = cores.reduce((sum, times) => sum + times.idle, 0)
  return { idle, all: cores.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) }
}

/**
 * The share of the machine that other programs used meanwhile: 0 … 1. The clock ticks every 10 ms, so it is a rough
 * number for less than a second.
 *
 * @param own milliseconds of processor time of the program that is not an "other"
 *
 * @example
 * othersShare({ all: 0, idle: 0 }, { all: 2000, idle: 500 }, 1000) // 0.25
 */
export function othersShare(before: MachineTime, after: MachineTime, own: number): number {
  const all = after.all - before.all
  const busy = all - (after.idle - before.idle)
  return all === 0 ? 0 : Math.min(1, Math.max(0, (busy - own) / all))
}
