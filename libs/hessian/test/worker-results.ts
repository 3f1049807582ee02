/** What the tests of workers have sent back from another process. */
import process from 'node:process'

/** The variables of its environment with these names. */
export function environment(): (names: readonly string[]) => unknown[] {
  return names => names.map(name => process.env[name])
}

/** What the channel would make {} of. */
export function blobs(): () => Blob {
  return () => new Blob(['x'])
}
