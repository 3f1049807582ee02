import { existsSync, writeFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import type { TrialRecord } from '@flatland/batch-study'
import type { Command } from 'commander'
import {
  type Contents,
  contentsOf,
  openStores,
  parametersOf,
  staleOf,
  storeOption,
  tasksOption,
  type Where,
} from './stores.ts'
import { UsageError } from './usage-error.ts'

export function addResults(program: Command): void {
  const results = program
    .command('results')
    .description('list, show, export and prune the finished trials and tasks of this machine')
    .addHelpText(
      'after',
      `
Each finished trial, and each task beside them, is kept under the hash of its settings and of the code that ran it, so that
only what is new runs. Parameters that a trial kept lie beside it. Nothing is removed but by prune.

Examples:
  $ npx flatland results list
  $ npx flatland results show 3f9a
  $ npx flatland results export trials.csv
  $ npx flatland results prune --dry-run`,
    )
  addList(results)
  addShow(results)
  addExport(results)
  addPrune(results)
}

function addList(results: Command): void {
  results
    .command('list', { isDefault: true })
    .description(
      'all finished trials, oldest first, and whether they are of the present code; how many tasks and parameters there are',
    )
    .addOption(storeOption())
    .addOption(tasksOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results list')
    .action(async (where: Where) => {
      const { codeHash } = await import('@flatland/batch-study')
      const contents = await contentsOf(await openStores(where))
      console.log(table(contents.trials, codeHash()))
      console.log(summary(contents))
      const useless = Object.values(contents.useless).flat().length
      if (useless > 0) console.error(`${useless} files are no use: npx flatland results prune`)
    })
}

function addShow(results: Command): void {
  results
    .command('show')
    .description('one finished trial or task as JSON, or which trials have kept some parameters')
    .argument('<key>', 'the key of the trial or task, the SHA-256 of the parameters, or how it begins')
    .addOption(storeOption())
    .addOption(tasksOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results show 3f9a')
    .action(async (key: string, where: Where) => {
      const contents = await contentsOf(await openStores(where))
      const all = [...contents.trials, ...contents.tasks, ...aboutParameters(contents)]
      const found = all.filter(each => nameOf(each).startsWith(key))
      const [one] = found
      if (one === undefined) throw new UsageError(`nothing has a key that begins with '${key}'`)
      if (found.length > 1) throw new UsageError(`${found.length} have keys that begin with '${key}'`)
      console.log(JSON.stringify(one, null, 2))
    })
}

function addExport(results: Command): void {
  results
    .command('export')
    .description('write all finished trials to a table, one row for each')
    .argument('<file>', 'where to: its name ends in .csv or .parquet')
    .option('--curves', 'one row for each point of each curve instead')
    .addOption(storeOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results export curves.parquet --curves')
    .action(async (file: string, { curves, store }: Where & { readonly curves?: boolean }) => {
      const kind = extname(file)
      if (kind !== '.csv' && kind !== '.parquet') {
        throw new UsageError(`${file} is no name of a table: it has to end in .csv or .parquet`)
      }
      if (!existsSync(dirname(resolve(file)))) {
        throw new UsageError(`${dirname(resolve(file))} does not exist: make the folder first`)
      }
      const { curveRows, toCsv, toParquet, trialRows } = await import('@flatland/batch-study')
      const { records } = await (
        await openStores({ ...(store === undefined ? {} : { store }) })
      ).trials.list()
      const rows = curves === true ? curveRows(records) : trialRows(records)
      if (rows.length === 0) throw new UsageError('there is no finished trial to export')
      writeFileSync(file, kind === '.csv' ? toCsv(rows) : toParquet(rows))
      console.log(`${file}: ${rows.length} rows`)
    })
}

interface PruneOptions extends Where {
  readonly all?: boolean
  readonly dryRun?: boolean
}

function addPrune(results: Command): void {
  results
    .command('prune')
    .description(
      'remove trials and tasks that other code has run, which nothing takes any more, parameters that no trial names, and ' +
        'files that are no use',
    )
    .option('--all', 'remove all trials, tasks and parameters')
    .option('--dry-run', 'say what would be removed, and leave it')
    .addOption(storeOption())
    .addOption(tasksOption())
    .addHelpText(
      'after',
      `
A task is of other code when its module, or what that imports, was edited or is gone. Parameters that were kept within the
last hour stay: the trial that keeps them may still run.

Example:
  $ npx flatland results prune --dry-run`,
    )
    .action(async ({ all, dryRun, ...where }: PruneOptions) => {
      const stores = await openStores(where)
      const contents = await contentsOf(stores)
      const goes = all === true ? contents : await staleOf(contents)
      const { useless } = contents
      if (dryRun !== true) {
        await stores.trials.remove([...goes.trials.map(fileOf), ...useless.trials])
        await stores.tasks?.remove([...goes.tasks.map(fileOf), ...useless.tasks])
        await stores.parameters.remove([...goes.parameters.keys()])
        await stores.parameters.removeUseless(useless.parameters)
      }
      const stay = {
        trials: contents.trials.filter(each => !goes.trials.includes(each)),
        tasks: contents.tasks.filter(each => !goes.tasks.includes(each)),
        parameters: new Map([...contents.parameters].filter(([name]) => !goes.parameters.has(name))),
      }
      const verb = dryRun === true ? 'would be removed' : 'removed'
      console.log(
        `${verb}: ${summary(goes)}, ${Object.values(useless).flat().length} files that are no use. Stay: ${summary(stay)}.`,
      )
    })
}

function fileOf({ key }: { readonly key: string }): string {
  return `${key}.json`
}

/** '3 trials, 2 tasks, 4 parameters (1.2 MB)' */
function summary({ trials, tasks, parameters }: Pick<Contents, 'trials' | 'tasks' | 'parameters'>): string {
  const bytes = [...parameters.values()].reduce((sum, each) => sum + each.bytes, 0)
  return `${trials.length} trials, ${tasks.length} tasks, ${parameters.size} parameters (${(bytes / 1e6).toFixed(1)} MB)`
}

interface AboutParameters {
  readonly sha256: string
  readonly numbers: number
  /** Keys of the trials that kept them, or start from them. */
  readonly trials: readonly string[]
}

function aboutParameters({ parameters, trials }: Contents): AboutParameters[] {
  return [...parameters].map(([sha256, { bytes }]) => ({
    sha256,
    numbers: bytes / 4,
    trials: trials.filter(record => parametersOf(record).includes(sha256)).map(({ key }) => key),
  }))
}

function nameOf(one: { readonly key: string } | { readonly sha256: string }): string {
  return 'key' in one ? one.key : one.sha256
}

/** Columns as wide as their widest entry. */
function table(records: readonly TrialRecord[], code: string): string {
  const head = ['key', 'finished', 'data', 'network', 'optimizer', 'batch', 'seed', 'epochs', 'train', 'held out', 'end', 'code'] // prettier-ignore
  const rows = [head, ...records.map(record => row(record, code))]
  const widths = head.map((_, column) => Math.max(...rows.map(each => each[column]?.length ?? 0)))
  const lines = rows.map(each => each.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()) // prettier-ignore
  return lines.join('\n')
}

function row({ key, finished, trial, result, code: of }: TrialRecord, code: string): string[] {
  const last = result.curve.at(-1)
  const share = (accuracy: number | undefined): string => accuracy?.toFixed(4) ?? ''
  return [
    key.slice(0, 8),
    finished.slice(0, 16).replace('T', ' '),
    trial.data.name,
    result.network,
    result.optimizer,
    String(trial.batchSize),
    String(trial.seed),
    String(Math.round(result.epochs * 100) / 100),
    share(last?.train.accuracy),
    share(last?.heldOut.accuracy),
    result.divergedAt === null ? result.end : `diverged at ${result.divergedAt}`,
    of === code ? 'present' : 'other',
  ]
}
