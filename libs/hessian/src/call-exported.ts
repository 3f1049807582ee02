import type { WorkerSource } from './map-in-workers.ts'

/**
 * Calls the exported function that a source names, and waits for what it returns.
 *
 * @throws RangeError (a rejection) when the module has no such function
 *
 * @example
 * await callExported({ module: 'node:path', name: 'basename', argument: 'libs/hessian' }) // 'hessian'
 */
export async function callExported({ module, name, argument }: WorkerSource): Promise<unknown> {
  const { [name]: exported } = (await import(String(module))) as Record<string, unknown>
  if (typeof exported !== 'function') throw new RangeError(`${String(module)} exports no function ${name}`)
  return (exported as (argument: unknown) => unknown)(argument)
}
