import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Hash } from './checked-file.ts'

/** What apt knows about the file of a package. */
export interface DebianPackage {
  readonly url: string
  /** In bytes. */
  readonly size: number
  /** From apt's package lists, which the distribution has signed. */
  readonly hash: Hash
}

/**
 * Asks apt for a package's file; needs no root, and no network.
 *
 * @throws Error if there is no apt, or its lists have no such package.
 */
export async function locateDebianPackage(name: string): Promise<DebianPackage> {
  const args = ['download', '--print-uris', name]
  const { stdout } = await promisify(execFile)('apt-get', args).catch((error: unknown) => {
    throw new Error(`apt-get cannot find the package ${name}: ${reasonOf(error)}`, { cause: error })
  })
  return parseUri(stdout)
}

/** A line of `--print-uris`: 'address' file size algorithm:hash */
export function parseUri(line: string): DebianPackage {
  const [, url, size, algorithm, digits] =
    /^'(https?:.*)' \S+ (\d+) (SHA256|SHA512):([0-9a-f]+)$/m.exec(line) ?? []
  if (url === undefined || (algorithm !== 'SHA256' && algorithm !== 'SHA512')) {
    throw new Error(
      `apt-get gives no web address with a SHA-256 or SHA-512 hash, but: ${line.trim() || 'nothing'}`,
    )
  }
  return { url, size: Number(size), hash: `${algorithm === 'SHA256' ? 'sha256' : 'sha512'}:${digits ?? ''}` }
}

/** The tar archive of the files inside a .deb, unpacked by dpkg: its compression differs between distributions. */
export async function debianFiles(path: string): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 2 ** 30 } as const
  const { stdout } = await promisify(execFile)('dpkg-deb', ['--fsys-tarfile', path], options)
  return stdout
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return 'there is no apt-get on this machine'
  return error.message
}
