import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { chooseExecutor, executorOption } from './executor-option.ts'
import { findNotebook, type NotebookFile } from './notebooks.ts'
import { notebookHelp } from './parameter-help.ts'
import type { Profile } from './profiles.ts'
import { OUT } from './repository.ts'
import { collect, outputName, parameterOption, profileOption, readNotebook, runNotebook } from './run.ts'
import { sweepNotebook } from './sweep.ts'

interface RunOptions {
  parameter?: readonly string[]
  profile?: Profile
  sweep?: readonly string[]
  output?: string
  executor?: string
  help?: true
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run a notebook in a fresh kernel and save it, executed, beside the committed one')
    .usage('<notebook> [options]')
    .argument('[notebook]', 'number (05), name (05-time-per-update) or path')
    .addOption(parameterOption())
    .addOption(profileOption())
    .option(
      '--sweep <name=values>',
      'run once for each value, and compare; more than one makes a grid',
      collect,
    )
    .option(
      '-o, --output <path>',
      'where to save it (default: notebooks/out/<name>.<profile>.ipynb); with --sweep a folder',
    )
    .addOption(executorOption())
    // Our own: after a notebook's name it tells of that notebook.
    .helpOption(false)
    .option('-h, --help', 'this help; after a notebook: its parameters')
    .addHelpText('after', MORE)
    .action(async (wanted: string | undefined, options: RunOptions, command: Command) => {
      if (wanted === undefined) {
        if (options.help === true) command.help()
        command.error("error: missing required argument 'notebook'.")
      }
      const notebook = findNotebook(wanted)
      if (options.help === true) await printHelp(wanted, notebook)
      else process.exitCode = await run(notebook, options)
    })
}

const MORE = `
A cell that fails stops the run with its traceback and exit code 1; Ctrl-C stops it with 130. Both keep what is done.
A sweep goes on after a run that failed, and ends with a page that compares the runs by their claims.

Examples:
  $ npx flatland run 05 --profile smoke
  $ npx flatland run 06 --help
  $ npx flatland run 06 -p learningRate=0.05 -p seed=1
  $ npx flatland run 06 --sweep learningRate=0.01,0.1,1 --profile smoke
  $ npx flatland run 06 --profile paper --executor redis://queue.example`

async function printHelp(typed: string, notebook: NotebookFile): Promise<void> {
  const { readParameters } = await import('./notebook-parameters.ts')
  const parsed = readNotebook(notebook)
  console.log(notebookHelp(typed, parsed, readParameters(parsed) ?? []))
}

async function run(
  notebook: NotebookFile,
  { parameter = [], profile, sweep, output, executor }: RunOptions,
): Promise<number> {
  await chooseExecutor(executor)
  if (sweep !== undefined) {
    const fixed = profile === undefined ? parameter : [`profile=${profile}`, ...parameter]
    return sweepNotebook(notebook, resolve(output ?? OUT), fixed, sweep)
  }
  const file = resolve(output ?? join(OUT, `${outputName(notebook, profile, parameter)}.ipynb`))
  return runNotebook(notebook, file, profile, parameter)
}
