import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { constants, runInThisContext } from 'node:vm'

export interface CellRequire {
  /** The `require` of compiled cells: resolves from the notebook's folder. */
  require: (id: string) => unknown
  /** Their `import.meta`. */
  meta: CellMeta
  /** Loads what `code` imports and `require` cannot load: packages that only `import()` opens. */
  preload(code: string): Promise<void>
}

/** As in a module in the notebook's folder. */
interface CellMeta {
  url: string
  filename: string
  dirname: string
  resolve(id: string): string
}

export function createCellRequire(directory: string): CellRequire {
  // The name of a file that need not exist: it says where resolution starts.
  const cellFile = join(directory, 'cell.js')
  const nodeRequire = createRequire(cellFile)
  const importFromCell = runInThisContext('id => import(id)', {
    filename: cellFile,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (id: string) => Promise<object>
  const imported = new Map<string, object>()
  const url = pathToFileURL(cellFile).href
  const meta: CellMeta = {
    url,
    filename: cellFile,
    dirname: directory,
    resolve: id => (/^\.\.?\//.test(id) ? new URL(id, url) : pathToFileURL(nodeRequire.resolve(id))).href,
  }

  return {
    require: (id): unknown => imported.get(id) ?? nodeRequire(id),
    meta,
    async preload(code) {
      for (const id of importedIds(code)) {
        if (imported.has(id) || !needsImport(nodeRequire, id)) continue
        imported.set(id, { ...(await importFromCell(id)), __esModule: true })
      }
    },
  }
}

/** What a cell names in imports, in `import()` and in `require()`. */
export function importedIds(code: string): string[] {
  return ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName)
}

const importOnly = ['ERR_REQUIRE_ASYNC_MODULE', 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_REQUIRE_ESM']

function needsImport(nodeRequire: NodeJS.Require, id: string): boolean {
  try {
    nodeRequire(id)
    return false
  } catch (error) {
    // Any other error belongs to the cell, and comes again when it runs.
    return error instanceof Error && 'code' in error && importOnly.includes(String(error.code))
  }
}
