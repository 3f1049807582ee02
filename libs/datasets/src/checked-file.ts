import { hash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'

/**
 * A hash with its algorithm: `sha256:` or `sha512:`, then lower-case hex digits. `md5:` where the publisher gives no other: it
 * finds damage, not a forgery.
 */
export type Hash = `${'sha256' | 'sha512' | 'md5'}:${string}`

interface CheckOptions {
  readonly expected: Hash
  /** What the reader of the error can do: a sentence. */
  readonly remedy: string
  /** The name that a wrong file is set aside under, with `.wrong-hash` behind it. Default: its own path. */
  readonly knownAs?: string
}

/**
 * The bytes of a file whose hash is the expected one.
 *
 * @throws Error if it is another: the file has then been renamed to `<path>.wrong-hash`, so that nothing uses it. Error if the
 * file cannot be read.
 */
export async function readChecked(
  path: string,
  { expected, remedy, knownAs = path }: CheckOptions,
): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Error(`${knownAs} cannot be read (${String(error)}). ${remedy}`, { cause: error })
  })
  const found = hashOf(bytes, expected)
  if (found === expected) return bytes
  const outcome = await setAside(path, `${knownAs}.wrong-hash`)
  throw new Error(
    `The contents of ${knownAs} are not the expected ones: ${found} instead of ${expected}. ${outcome} ${remedy}`,
  )
}

function hashOf(bytes: Buffer, expected: Hash): string {
  const algorithm = expected.slice(0, expected.indexOf(':'))
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`
}

async function setAside(path: string, aside: string): Promise<string> {
  try {
    await rename(path, aside)
    return `The file was set aside as ${aside} and is not used.`
  } catch (error) {
    return `The file is not used, but could not be set aside (${String(error)}): remove it.`
  }
}
