import { dirname, join } from 'node:path'
import { readParameters } from '@flatland/cli/src/notebook-parameters.ts'
import type { Notebook } from '@flatland/cli/src/notebook-schema.ts'
import ts from 'typescript'
import { codeCellsOf, folder, isParameters, sourceOf, type Committed } from './committed.ts'

/** A notebook's code cells as one module, and where each of its lines stands in a cell. */
export interface CellsModule {
  /** Absolute, beside the notebook. There is no such file. */
  readonly path: string
  readonly text: string
  /** The place of a line of the module, counted from 1: `cell-05:2`; undefined for a line that stands in no cell. */
  readonly placeOf: (line: number) => string | undefined
  /** Whether a line of the module begins the last statement of a cell, whose value the cell shows. */
  readonly beginsLast: (line: number) => boolean
}

/**
 * The code cells in order, each ended by a semicolon. What the cell tagged `parameters` declares is assigned to after it, as
 * `flatland run` and papermill do: nothing may be concluded from the defaults.
 */
export function cellsModule(notebook: Committed): CellsModule {
  const lines: string[] = []
  const places: (string | undefined)[] = []
  const last = new Set<number>()
  for (const cell of codeCellsOf(notebook)) {
    const source = sourceOf(cell)
    const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true)
    const statement = file.statements.at(-1)
    if (statement) last.add(lines.length + 1 + file.getLineAndCharacterOfPosition(statement.getStart()).line)
    for (const [index, line] of source.split('\n').entries()) {
      lines.push(line)
      places.push(`${cell.id}:${index + 1}`)
    }
    lines.push(isParameters(cell) ? `;${reassigned(notebook)}` : ';')
    places.push(undefined)
  }
  return {
    path: join(folder, `${notebook.name}.cells.ts`),
    text: lines.join('\n'),
    placeOf: line => places[line - 1],
    beginsLast: line => last.has(line),
  }
}

/** To any value: each variable has its declared type from there on, not that of its default. */
function reassigned({ text }: Committed): string {
  const parameters = readParameters(JSON.parse(text) as Notebook) ?? []
  return parameters.map(({ name }) => `${name} = JSON.parse('')`).join(';')
}

/** One program of such modules, which are read from memory, and of the sources that they import, which are on disk. */
export function programOf(modules: readonly CellsModule[]): ts.Program {
  const texts = new Map(modules.map(({ path, text }) => [path, text]))
  const options = libOptions()
  const host = ts.createCompilerHost(options, true)
  return ts.createProgram([...texts.keys(), globals], options, {
    ...host,
    fileExists: path => texts.has(path) || host.fileExists(path),
    readFile: path => texts.get(path) ?? host.readFile(path),
    getSourceFile: (path, settings, ...rest) => {
      const text = texts.get(path)
      if (text === undefined) return host.getSourceFile(path, settings, ...rest)
      return ts.createSourceFile(path, text, settings, true)
    },
  })
}

const root = dirname(folder)
/** `display`, `progress` and what else the kernel gives to cells. */
const globals = join(root, 'tools', 'kernel', 'src', 'cell-globals.d.ts')

/** Those of the libs, but modules are found as the kernel finds them: without `.ts`, too. */
function libOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), path => ts.sys.readFile(path)) as {
    config: unknown
  }
  const { options, errors } = ts.parseJsonConfigFileContent(
    config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  )
  const wrong = errors.filter(({ code }) => code !== noInputs)
  if (wrong.length > 0)
    throw new Error(`tsconfig.base.json: ${JSON.stringify(wrong.map(each => each.messageText))}`)
  return { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }
}

const noInputs = 18003
