import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Option } from 'commander'
import { prettifyError, ZodError } from 'zod'
import { runToEnd } from './child.ts'
import { injectParameters } from './inject-parameters.ts'
import { jupyterEnvironment } from './jupyter-environment.ts'
import type { Parameter } from './notebook-parameters.ts'
import { notebookSchema, type Notebook } from './notebook-schema.ts'
import type { NotebookFile } from './notebooks.ts'
import { parameterValues } from './parameter-values.ts'
import { PROFILES, type Profile } from './profiles.ts'
import { NOTEBOOKS, OUT, venvPython } from './repository.ts'
import { withProvenance } from './run-provenance.ts'
import { UsageError } from './usage-error.ts'

/** `--profile`, the same for `run` and `handout`. */
export function profileOption(): Option {
  return new Option(
    '--profile <profile>',
    'size of the run, as -p profile=… (default: what the notebook says)',
  ).choices(PROFILES)
}

/** `-p`, repeatable: its value is a list of `name=value` texts, undefined when there is none. */
export function parameterOption(): Option {
  return new Option(
    '-p, --parameter <name=value>',
    'set a parameter of the notebook; the value is JSON or a bare word (repeatable)',
  ).argParser(collect)
}

/** For options that can be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/**
 * The name for what comes of a run.
 *
 * @param settings `name=value` texts
 * @example outputName(findNotebook('06'), 'smoke', ['seed=1']) // '06-accuracy-vs-batch-size.smoke.seed=1'
 */
export function outputName(
  notebook: NotebookFile,
  profile: Profile | undefined,
  settings: readonly string[] = [],
): string {
  const texts = [...(profile === undefined ? [] : [`profile=${profile}`]), ...settings]
  const isProfile = (text: string) => text.startsWith('profile=')
  const sizes = texts.filter(isProfile).map(text => text.slice('profile='.length))
  const parts = [...new Set([...sizes, ...texts.filter(text => !isProfile(text))])]
  return parts.length === 0 ? notebook.name : `${notebook.name}.${asFileName(parts.join('.'))}`
}

/** What no file system minds and no shell trips over; where something is lost, a hash keeps names apart. */
function asFileName(text: string): string {
  const plain = text.replaceAll(/[^\w.,=+[\]-]/g, '_').slice(0, 150)
  return plain === text ? text : `${plain}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}

/**
 * Executes a notebook in the `flatland` kernel, started in the notebook's own folder, and saves it after every cell.
 *
 * @param output absolute path of the executed notebook
 * @param settings `name=value` texts, for the notebook's own parameters
 * @returns exit code: 0 done, 1 a cell failed, 130 interrupted
 * @throws UsageError when the output would overwrite a committed notebook, or the notebook does not take the
 *   profile or a setting
 */
export async function runNotebook(
  notebook: NotebookFile,
  output: string,
  profile?: Profile,
  settings: readonly string[] = [],
): Promise<number> {
  refuseToOverwrite(notebook, output)
  const all = profile === undefined ? settings : [`profile=${profile}`, ...settings]
  const prepared = await prepare(notebook, all)
  console.error(`${[notebook.name, ...all].join(', ')} → ${relative(process.cwd(), output)}`)
  return execute(prepared, dirname(notebook.path), output)
}

/**
 * Executes what {@link prepare} made.
 *
 * @param folder where the kernel starts
 * @param output absolute path of the executed notebook
 * @returns exit code: 0 done, 1 a cell failed, 130 interrupted
 */
export async function execute(prepared: Notebook, folder: string, output: string): Promise<number> {
  const script = join(import.meta.dirname, '..', 'python', 'run_notebook.py')
  return runToEnd(venvPython(), [script, output, folder], {
    env: jupyterEnvironment(),
    input: JSON.stringify(prepared),
  })
}

function refuseToOverwrite(notebook: NotebookFile, output: string): void {
  if (!output.endsWith('.ipynb')) {
    throw new UsageError(`--output ${output}: an executed notebook needs a name that ends in .ipynb.`)
  }
  const isSource = existsSync(output) && realpathSync(output) === realpathSync(notebook.path)
  if (isSource || dirname(output) === NOTEBOOKS) {
    throw new UsageError(
      `--output ${output} would overwrite a committed notebook, or lie among them: choose another folder, e.g. ${OUT}.`,
    )
  }
}

/**
 * The notebook that is about to run: its parameters set, and with a note of where it comes from.
 *
 * @param settings `name=value` texts
 * @throws UsageError when the notebook does not take a setting
 */
export async function prepare(notebook: NotebookFile, settings: readonly string[]): Promise<Notebook> {
  const parsed = readNotebook(notebook)
  if (settings.length === 0) return withProvenance(parsed)
  const values = parameterValues(settings, await parametersOf(notebook, parsed))
  return withProvenance(injectParameters(parsed, values))
}

/**
 * @throws UsageError when no cell is tagged `parameters`
 */
export async function parametersOf({ path }: NotebookFile, parsed: Notebook): Promise<readonly Parameter[]> {
  // The compiler takes a while to load, and most commands do without.
  const { readParameters } = await import('./notebook-parameters.ts')
  const parameters = readParameters(parsed)
  if (parameters === undefined) {
    throw new UsageError(
      `${path} has no cell tagged 'parameters', so nothing can be set: leave out -p, --profile and --sweep.`,
    )
  }
  return parameters
}

/**
 * @throws when the file is no notebook of format 4, with the first thing that is wrong
 */
export function readNotebook({ path }: NotebookFile): Notebook {
  try {
    return notebookSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const reason = error instanceof ZodError ? prettifyError(error) : String(error)
    throw new Error(`${path} is no notebook of format 4: ${reason.split('\n')[0] ?? ''}`, { cause: error })
  }
}
