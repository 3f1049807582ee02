import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CompilerOptions, Diagnostic } from '@tslab/typescript-for-tslab'
import { withVariableUses } from './variable-uses.ts'
import { watchedFiles, type WatchedFiles } from './watched-files.ts'

const require = createRequire(import.meta.url)

export interface PatchedTypeScript {
  watched: WatchedFiles
  /** Of the cell checked last: declarations whose inferred type cannot be written down. */
  unnamedTypes: () => readonly Diagnostic[]
}

/**
 * Gives tslab's converter, which loads its TypeScript by name, a TypeScript with other settings. To be called before
 * anything of tslab is loaded. The exports of that TypeScript are getters, so a changed copy takes its place.
 */
export function patchTypeScript(): PatchedTypeScript {
  const watched = watchedFiles()
  let unnamed: readonly Diagnostic[] = []

  const patched = {
    ...ts,

    createWatchCompilerHost: (roots: string[], options: CompilerOptions, ...rest: [ts.System]) =>
      ts.createWatchCompilerHost([...roots, globals], { ...options, ...cellOptions }, ...rest),

    // Only the cell is checked and emitted: the sources it imports run through tsx, and their errors are not its own.
    createWatchProgram: (host: ts.WatchCompilerHost<ts.BuilderProgram>) => {
      const created = host.afterProgramCreate?.bind(host)
      host.afterProgramCreate = program =>
        created?.({ ...withVariableUses(program), getAllDependencies: file => [file.fileName] })
      return ts.createWatchProgram(host as ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>)
    },

    // A type that has no name is no error in a notebook; see widen-declarations.ts.
    getPreEmitDiagnosticsOfFiles: (program: ts.Program, files: ts.SourceFile[]) => {
      const found = files
        .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
        .filter(({ code }) => code !== outsideRootDir)
      unnamed = found.length > 0 ? [] : files.flatMap(file => program.getDeclarationDiagnostics(file))
      return found
    },

    // tslab's step from ES modules to CommonJS: left out here, done in cell-script.ts.
    transpileModule: (code: string): ts.TranspileOutput => ({ outputText: code }),
  }
  ts.sys.watchFile = (path, onChange) => watched.watch(path, onChange)
  // What is told of a folder at any moment could meet a cell half compiled; compiler.ts looks for new files itself.
  ts.sys.watchDirectory = () => ({ close: () => undefined })

  const loaded = require.cache[require.resolve('@tslab/typescript-for-tslab')]
  if (loaded === undefined) throw new Error('The TypeScript of tslab was not loaded as a CommonJS module.')
  loaded.exports = patched
  return { watched, unnamedTypes: () => unnamed }
}

/** A cell may import a source beside the notebook's folder; only its own output must lie inside. */
const outsideRootDir = 6059

const globals = join(import.meta.dirname, 'cell-globals.d.ts')

const cellOptions: CompilerOptions = {
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  lib: ['lib.es2023.d.ts'],
  typeRoots: [dirname(dirname(require.resolve('@types/node/package.json')))],
  types: ['node'],
  inlineSourceMap: true,
}
