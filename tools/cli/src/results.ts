import { existsSync, writeFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import type { TrialRecord, TrialStore } from '@flatland/batch-study'
import { type Command, Option } from 'commander'
import { UsageError } from './usage-error.ts'

interface Where {
  readonly store?: string
}

const storeOption = () =>
  new Option('--store <folder>', "where the trials are kept (default: 'trials' in the cache of this machine)")

export function addResults(program: Command): void {
  const results = program
    .command('results')
    .description('list, show, export and prune the finished trials of this machine')
    .addHelpText(
      'after',
      `
Each finished trial is kept under the hash of its settings and of the code that ran it, so that a sweep runs only what is
new. Nothing is removed but by prune.

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
    .description('all finished trials, oldest first, and whether they are of the present code')
    .addOption(storeOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results list')
    .action(async ({ store }: Where) => {
      const { codeHash } = await import('@flatland/batch-study')
      const { records, useless } = await (await open(store)).list()
      console.log(table(records, codeHash()))
      if (useless.length > 0) console.error(`${useless.length} files are no use: npx flatland results prune`)
    })
}

function addShow(results: Command): void {
  results
    .command('show')
    .description('one finished trial as JSON')
    .argument('<key>', 'the key of the trial, or how it begins')
    .addOption(storeOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results show 3f9a')
    .action(async (key: string, { store }: Where) => {
      const { records } = await (await open(store)).list()
      const found = records.filter(record => record.key.startsWith(key))
      const [record] = found
      if (record === undefined) throw new UsageError(`no trial has a key that begins with '${key}'`)
      if (found.length > 1) throw new UsageError(`${found.length} trials have keys that begin with '${key}'`)
      console.log(JSON.stringify(record, null, 2))
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
      const { records } = await (await open(store)).list()
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
      'remove trials that other code has run, which no sweep takes any more, and files that are no use',
    )
    .option('--all', 'remove all trials')
    .option('--dry-run', 'say what would be removed, and leave it')
    .addOption(storeOption())
    .addHelpText('after', '\nExample:\n  $ npx flatland results prune --dry-run')
    .action(async ({ all, dryRun, store }: PruneOptions) => {
      const { codeHash } = await import('@flatland/batch-study')
      const opened = await open(store)
      const { records, useless } = await opened.list()
      const code = codeHash()
      const goes = records.filter(record => all === true || record.code !== code)
      const names = [...goes.map(({ key }) => `${key}.json`), ...useless.map(({ name }) => name)]
      if (dryRun !== true) await opened.remove(names)
      const [verb, stay] = [dryRun === true ? 'would be removed' : 'removed', records.length - goes.length]
      console.log(
        `${verb}: ${goes.length} trials, ${useless.length} files that are no use. ${stay} trials stay.`,
      )
    })
}

async function open(folder: string | undefined): Promise<TrialStore> {
  if (folder !== undefined && !existsSync(folder)) throw new UsageError(`${folder}: there is no such folder`)
  // TensorFlow takes a second to load: only here.
  const { trialStore } = await import('@flatland/batch-study')
  return trialStore(folder)
}

/** Columns as wide as their widest entry. */
function table(records: readonly TrialRecord[], code: string): string {
  const head = ['key', 'finished', 'data', 'network', 'optimizer', 'batch', 'seed', 'epochs', 'train', 'held out', 'end', 'code'] // prettier-ignore
  const rows = [head, ...records.map(record => row(record, code))]
  const widths = head.map((_, column) => Math.max(...rows.map(each => each[column]?.length ?? 0)))
  const lines = rows.map(each => each.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()) // prettier-ignore
  return [...lines, `${records.length} trials`].join('\n')
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
