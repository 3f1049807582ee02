import process from 'node:process'

/**
 * Ctrl-C in a terminal, and a system that ends a service, send their signal to every process of it. What becomes of a trial is its
 * parent's to say, which may want a checkpoint first: this process ends when it is killed, or when its parent has gone.
 */
export function leaveSignalsToParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
}
