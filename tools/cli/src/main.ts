import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { addBench } from './bench.ts'
import { addDoctor } from './doctor.ts'
import { failureLine } from './failure-line.ts'
import { addHandout } from './handout.ts'
import { addKernel } from './kernel.ts'
import { addLab } from './lab.ts'
import { nearest } from './nearest.ts'
import { ROOT } from './repository.ts'
import { addQueue } from './queue.ts'
import { addResults } from './results.ts'
import { addRun } from './run-command.ts'
import { UsageError } from './usage-error.ts'
import { addWorker } from './worker.ts'

const program = new Command('flatland')
  .description('Notebooks and tools for the geometry of deep-learning optimisation.')
  .version(version())
  .exitOverride()
  // Our own line names the nearest match and the whole list.
  .showSuggestionAfterError(false)
  .helpCommand(false)
addLab(program)
addRun(program)
addHandout(program)
addBench(program)
addResults(program)
addWorker(program)
addQueue(program)
addDoctor(program)
addKernel(program)
for (const command of withSubcommands(program)) {
  command.configureOutput({
    outputError: (text, write) => {
      write(`✗ ${explain(text, command)}\n`)
    },
  })
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Bad usage exits with 2, anything that failed later with 1; both say so in one line. */
function report(error: unknown): number {
  // Commander has said it already, or printed the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  console.error(`✗ ${failureLine(error)}`)
  return error instanceof UsageError ? 2 : 1
}

/** Commander's error in one line, with the nearest match and what is allowed. */
function explain(text: string, command: Command): string {
  const message = text
    .trim()
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
  const [, kind, typed] = /^unknown (option|command) '([^']+)'/.exec(message) ?? []
  if (typed === undefined) return `${message} See ${fullName(command)} --help.`
  const allowed =
    kind === 'command'
      ? command.commands.map(each => each.name())
      : command
          .createHelp()
          .visibleOptions(command)
          .map(option => option.long ?? option.flags)
  const near = nearest(typed, allowed)
  return `${message}.${near === undefined ? '' : ` (Did you mean ${near}?)`} Allowed: ${allowed.join(', ')}.`
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** As it is typed, e.g. `flatland kernel install`. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

function version(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
    .version
}
