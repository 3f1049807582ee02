import { dirname } from 'node:path'
import { ESLint, type Linter } from 'eslint'
import ts from 'typescript'
import { cellsModule, programOf, type CellsModule } from './cells-module.ts'
import { folder, type Committed } from './committed.ts'

/** What lint, or the compiler with the options of the libs, says of a notebook. */
export interface Finding {
  /** The rule, or TypeScript's number, `TS2322`. */
  readonly rule: string
  /** Where and what: `cell-05:2:7 Unexpected any.`, line and column counted from 1 in the cell. */
  readonly text: string
}

/** What differs from `eslint.config.mjs`, each for what a notebook is. */
const rules: Linter.RulesRecord = {
  // A cell may import every lib, and the rule asks Nx for its graph.
  '@nx/enforce-module-boundaries': 'off',
  // Rows that the cells above have made: where one is missing, the cell fails before the reader's eyes.
  '@typescript-eslint/no-non-null-assertion': 'off',
  // `onProgress: () => bar.tick()` is the usual form, and lines are dear in a cell.
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  // A type is read beside the one cell that uses it.
  '@typescript-eslint/consistent-type-definitions': 'off',
}

/**
 * Lints the code cells of notebooks, each notebook as one module, with the rules of the libs but for those above. The value
 * of a cell's last expression is what it shows, so there an expression alone is no finding.
 */
export async function lintCells(notebooks: readonly Committed[]): Promise<Map<string, Finding[]>> {
  const modules = notebooks.map(notebook => ({ name: notebook.name, module: cellsModule(notebook) }))
  const program = programOf(modules.map(({ module }) => module))
  const eslint = new ESLint({
    cwd: dirname(folder),
    overrideConfig: [
      {
        files: ['**/*.cells.ts'],
        languageOptions: { parserOptions: { projectService: false, programs: [program] } },
        rules,
      },
    ],
  })
  const found = new Map<string, Finding[]>()
  for (const { name, module } of modules) {
    const [result] = await eslint.lintText(module.text, { filePath: module.path })
    const lint = result?.messages.flatMap(message => lintFinding(message, module)) ?? []
    found.set(name, [...compilerFindings(program, module), ...lint])
  }
  return found
}

function lintFinding({ line, column, ruleId, message }: Linter.LintMessage, module: CellsModule): Finding[] {
  const place = module.placeOf(line)
  const isShown = ruleId === '@typescript-eslint/no-unused-expressions' && module.beginsLast(line)
  if (ruleId !== null && (place === undefined || isShown)) return []
  return [{ rule: ruleId ?? 'fatal', text: `${place ?? module.path}:${column} ${message}` }]
}

function compilerFindings(program: ts.Program, module: CellsModule): Finding[] {
  const file = program.getSourceFile(module.path)
  if (file === undefined) throw new Error(`the program has no ${module.path}`)
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    .filter(({ code }) => !unusedNames.has(code))
    .map(({ code, start = 0, messageText }) => {
      const { line, character } = file.getLineAndCharacterOfPosition(start)
      const place = module.placeOf(line + 1) ?? module.path
      return {
        rule: `TS${code}`,
        text: `${place}:${character + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      }
    })
}

/** TypeScript's numbers for what is declared or imported and not used: a rule of lint says the same. */
const unusedNames = new Set([6133, 6192, 6196, 6198])
