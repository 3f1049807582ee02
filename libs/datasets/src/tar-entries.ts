import { Parser } from 'tar'

/**
 * The contents of the named files of a tar archive, gzipped or not, in the order asked for.
 *
 * @throws Error if it is not such an archive, or one of the files is not in it.
 */
export async function tarEntries(archive: Buffer, paths: readonly string[]): Promise<Buffer[]> {
  const found = await tarEntriesWhere(archive, path => paths.includes(path))
  return paths.map(path => {
    const contents = found.get(path)
    if (!contents) throw new Error(`There is no ${path} in the archive.`)
    return contents
  })
}

/**
 * The contents of those files of a tar archive, gzipped or not, whose path is wanted, in the order of the archive.
 *
 * @throws Error if it is not such an archive.
 */
export async function tarEntriesWhere(
  archive: Buffer,
  isWanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  const parser = new Parser({
    strict: true,
    filter: isWanted,
    onReadEntry: entry => {
      const chunks: Buffer[] = []
      entry.on('data', chunk => chunks.push(chunk))
      entry.on('end', () => found.set(entry.path, Buffer.concat(chunks)))
    },
  })
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', reject)
    parser.end(archive)
  })
  return found
}
