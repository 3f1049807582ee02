import { stringify } from 'csv-stringify/sync'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { ghostBatchOf } from './trial-network.ts'
import type { TrialRecord } from './trial-record.ts'
import type { CurvePoint } from './trial-result.ts'

/** A row of a table: text, numbers, or nothing. The same columns in each. */
export type TrialRow = Readonly<Record<string, string | number | null>>

/**
 * One row for each trial: its settings, how it ended, and the last point of its curve.
 *
 * @example
 * const { records } = await trialStore().list()
 * writeFileSync('trials.csv', toCsv(trialRows(records)))
 */
export function trialRows(records: readonly TrialRecord[]): TrialRow[] {
  return records.map(record => {
    const { result } = record
    const { backend, updateTime, toTarget } = result
    return {
      ...settings(record),
      end: result.end,
      divergedAt: result.divergedAt,
      ...pointRow(result.curve.at(-1)),
      updatesToTarget: toTarget?.updates ?? null,
      epochsToTarget: toTarget?.epochs ?? null,
      secondsToTarget: toTarget?.seconds ?? null,
      updateMilliseconds: updateTime?.median ?? null,
      updateMillisecondsLower: updateTime?.lower ?? null,
      updateMillisecondsUpper: updateTime?.upper ?? null,
      epochSeconds: result.epochSeconds,
      backend: backend.name,
      tensorflow: backend.tensorflow,
      threads: backend.threads,
      processes: record.trial.processes,
      machine: backend.machine,
      finished: record.finished,
      code: record.code,
    }
  })
}

/** One row for each point of each trial's curve, with the settings of the trial in front. */
export function curveRows(records: readonly TrialRecord[]): TrialRow[] {
  return records.flatMap(record =>
    record.result.curve.map(point => ({ ...settings(record), ...pointRow(point) })),
  )
}

/** What does not fit a column, such as a rule, is JSON in it. */
function settings({ key, trial, result }: TrialRecord): TrialRow {
  const { data, learningRate, length, batchSize, microBatch, lastBatch, seed } = trial
  return {
    key,
    data: data.name,
    trainImages: data.train,
    heldOutImages: data.heldOut,
    augmentation: data.augmentation,
    network: result.network,
    parameters: result.parameters,
    optimizer: result.optimizer,
    rule: JSON.stringify(trial.rule),
    learningRate: typeof learningRate === 'number' ? learningRate : null,
    schedule: typeof learningRate === 'number' ? null : JSON.stringify(learningRate),
    batchSize,
    microBatch,
    ghostBatch: ghostBatchOf(trial),
    lastBatch,
    length: JSON.stringify(length),
    target: trial.target === null ? null : JSON.stringify(trial.target),
    normalization: trial.evaluation.normalization,
    start: trial.start?.parameters ?? null,
    seed,
  }
}

function pointRow(point: CurvePoint | undefined): TrialRow {
  const noise = point?.noise
  return {
    update: point?.update ?? null,
    epoch: point?.epoch ?? null,
    seconds: point?.seconds ?? null,
    batchLoss: point?.batchLoss ?? null,
    trainLoss: point?.train.loss ?? null,
    trainAccuracy: point?.train.accuracy ?? null,
    heldOutLoss: point?.heldOut.loss ?? null,
    heldOutAccuracy: point?.heldOut.accuracy ?? null,
    distance: point?.distance ?? null,
    gradientNorm: noise?.gradientNorm ?? null,
    lossSpread: noise?.lossSpread ?? null,
    cosine: noise?.cosine ?? null,
    cosineSpread: noise?.cosineSpread ?? null,
    noiseScale: noise?.scale ?? null,
    noiseScaleError: noise?.standardError ?? null,
  }
}

/** The rows as CSV (RFC 4180) with a line of names; what is nothing is empty. */
export function toCsv(rows: readonly TrialRow[]): string {
  return stringify([...rows], { header: true, columns: columnsOf(rows) })
}

/** The rows as a Parquet file: numbers as DOUBLE, text as UTF-8 STRING, both nullable. */
export function toParquet(rows: readonly TrialRow[]): Uint8Array {
  const columnData = columnsOf(rows).map(name => {
    const data = rows.map(row => row[name] ?? null)
    // A column of nothing but nothing is one of numbers.
    const type = data.some(value => typeof value === 'string') ? ('STRING' as const) : ('DOUBLE' as const)
    return { name, data, type, nullable: true }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

function columnsOf([row]: readonly TrialRow[]): string[] {
  if (row === undefined) throw new RangeError('there is no row to export')
  return Object.keys(row)
}
