import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { prettifyError, ZodError } from 'zod'
import { runToEnd } from './child.ts'
import { injectProfile, notebookSchema, PROFILES, type Notebook, type Profile } from './inject-profile.ts'
import { jupyterEnvironment } from './jupyter-environment.ts'
import { findNotebook, type NotebookFile } from './notebooks.ts'
import { NOTEBOOKS, OUT, venvPython } from './repository.ts'
import { UsageError } from './usage-error.ts'

interface RunOptions {
  profile?: Profile
  output?: string
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run a notebook in a fresh kernel and save it, executed, beside the committed one')
    .argument('<notebook>', 'number (05), name (05-time-per-update) or path')
    .addOption(profileOption())
    .option('-o, --output <file>', 'where to save it (default: notebooks/out/<name>.<profile>.ipynb)')
    .addHelpText(
      'after',
      `
A cell that fails stops the run with its traceback and exit code 1; Ctrl-C stops it with 130. Both keep what is done.

Example:
  $ npx flatland run 05 --profile smoke`,
    )
    .action(async (wanted: string, options: RunOptions) => {
      const notebook = findNotebook(wanted)
      const output = resolve(options.output ?? join(OUT, `${outputName(notebook, options.profile)}.ipynb`))
      process.exitCode = await runNotebook(notebook, output, options.profile)
    })
}

/** `--profile`, the same for `run` and `handout`. */
export function profileOption(): Option {
  return new Option('--profile <profile>', 'size of the run (default: what the notebook says)').choices(
    PROFILES,
  )
}

/** E.g. `05-time-per-update.smoke`. */
export function outputName(notebook: NotebookFile, profile: Profile | undefined): string {
  return profile === undefined ? notebook.name : `${notebook.name}.${profile}`
}

/**
 * Executes a notebook in the `flatland` kernel, started in the notebook's own folder, and saves it after every cell.
 *
 * @param output absolute path of the executed notebook
 * @returns exit code: 0 done, 1 a cell failed, 130 interrupted
 * @throws UsageError when the output would overwrite a committed notebook, or the notebook takes no profile
 */
export async function runNotebook(
  notebook: NotebookFile,
  output: string,
  profile?: Profile,
): Promise<number> {
  refuseToOverwrite(notebook, output)
  const prepared = prepare(notebook, profile)
  const script = join(import.meta.dirname, '..', 'python', 'run_notebook.py')
  console.error(
    `${notebook.name}${profile === undefined ? '' : `, profile ${profile}`} → ${relative(process.cwd(), output)}`,
  )
  return runToEnd(venvPython(), [script, output, dirname(notebook.path)], {
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

function prepare(notebook: NotebookFile, profile: Profile | undefined): Notebook {
  const parsed = readNotebook(notebook)
  if (profile === undefined) return parsed
  const injected = injectProfile(parsed, profile)
  if (injected === undefined) {
    throw new UsageError(`${notebook.path} has no cell tagged 'parameters', so it takes no --profile.`)
  }
  return injected
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
