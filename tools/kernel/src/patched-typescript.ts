import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CompilerOptions, Diagnostic } from '@tslab/typescript-for-tslab'
import { ownProblems } from './own-problems.ts'
import { completionsWithPaths } from './path-completions.ts'
import { withSignatureDocs } from './signature-docs.ts'
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

    // A plain builder: tslab asks its own for nothing more, and that one goes through all files for each cell.
    createWatchCompilerHost: (...[roots, options, system, , ...reports]: WatchArguments) => {
      const all = { ...options, ...cellOptions }
      const readFile = system.readFile.bind(system)
      system.readFile = (path, encoding) => withPlainExports(path, readFile(path, encoding))
      return ts.createWatchCompilerHost(
        [...roots, globals],
        all,
        system,
        ts.createAbstractBuilder,
        ...reports,
      )
    },

    // Only the cell is checked and emitted: the sources it imports run through tsx, and their errors are not its own.
    createWatchProgram: (host: ts.WatchCompilerHost<ts.BuilderProgram>) => {
      const created = host.afterProgramCreate?.bind(host)
      host.afterProgramCreate = program => {
        // A checker binds the files: tslab asks them for their variables.
        program.getProgram().getTypeChecker()
        created?.({ ...withVariableUses(program), getAllDependencies: file => [file.fileName] })
      }
      return ts.createWatchProgram(host as ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>)
    },

    // A type that has no name is no error in a notebook; see widen-declarations.ts.
    getPreEmitDiagnosticsOfFiles: (program: ts.Program, files: ts.SourceFile[]) => {
      const found = ownProblems(
        files.flatMap(file => [
          ...program.getSyntacticDiagnostics(file),
          ...program.getSemanticDiagnostics(file),
        ]),
      )
      unnamed = found.length > 0 ? [] : files.flatMap(file => program.getDeclarationDiagnostics(file))
      return found
    },

    Completions: { ...ts.Completions, getCompletionsAtPositionForTslab: completionsWithPaths },
    getQuickInfoAtPosition: withSignatureDocs,

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

type WatchArguments = [
  roots: string[],
  options: CompilerOptions,
  system: ts.System,
  createProgram: null,
  reportDiagnostic: ts.DiagnosticReporter,
  reportStatus: ts.WatchStatusReporter,
]

/**
 * tslab ends a cell in a list of its variables, under the names the compiler has for them: one underscore more where a
 * name begins with two, as `__dirname` does.
 */
function withPlainExports(path: string, text: string | undefined): string | undefined {
  if (!path.endsWith('/__tslab__.ts')) return text
  return text?.replace(exportList, list => list.replace(/(?<=[{ ])_(?=__)/g, ''))
}

const exportList = /\nexport \{[^{}\n]*\}$/

const globals = join(import.meta.dirname, 'cell-globals.d.ts')

const cellOptions: CompilerOptions = {
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  lib: ['lib.es2023.d.ts'],
  typeRoots: [dirname(dirname(require.resolve('@types/node/package.json')))],
  types: ['node'],
  inlineSourceMap: true,
  strict: true,
}
