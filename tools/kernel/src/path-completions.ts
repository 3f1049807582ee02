import ts from '@tslab/typescript-for-tslab'

type Complete = typeof ts.Completions.getCompletionsAtPositionForTslab

/** As TypeScript's own, for which tslab leaves out what it needs to look for files: paths of imports are completed, too. */
export const completionsWithPaths: Complete = (_, program, log, file, position, preferences, ...rest) => {
  const host = {
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => program.getCompilerOptions(),
  }
  return ts.Completions.getCompletionsAtPositionForTslab(
    host as unknown as ts.LanguageServiceHost,
    program,
    log,
    file,
    position,
    // With extension: `.ts` for sources.
    { ...preferences, importModuleSpecifierEnding: 'js' },
    ...rest,
  )
}
