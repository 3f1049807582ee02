import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface NotebookFolder {
  path: string
  /** Writes a file of a package that cells can import: `fixture-name`, in TypeScript, with nothing built. */
  writeSource(name: string, file: string, text: string): void
  remove(): void
}

/** A folder for a notebook, in a workspace of its own that also sees the packages installed for this one. */
export function notebookFolder(): NotebookFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'notebook-')))
  const path = join(root, 'notebooks')
  mkdirSync(path)
  mkdirSync(join(root, 'node_modules'))
  const installed = join(import.meta.dirname, '../../../node_modules')
  for (const name of ['@tensorflow', 'pure-rand', 'commander']) {
    symlinkSync(join(installed, name), join(root, 'node_modules', name))
  }
  let edits = 0

  return {
    path,
    writeSource(name, file, text) {
      const folder = join(root, 'libs', name)
      const source = join(folder, file)
      if (edits++ === 0 || !linked.has(folder)) {
        linked.add(folder)
        mkdirSync(dirname(source), { recursive: true })
        symlinkSync(folder, join(root, 'node_modules', `fixture-${name}`))
        const manifest = {
          name: `fixture-${name}`,
          type: 'module',
          main: 'src/index.ts',
          types: 'src/index.ts',
        }
        writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
      }
      writeFileSync(source, text)
      // Two edits may fall into one tick of the file system's clock.
      utimesSync(source, new Date(), new Date(Date.UTC(2030, 0, 1) + 1000 * edits))
    },
    remove() {
      rmSync(root, { recursive: true })
    },
  }
}

const linked = new Set<string>()
