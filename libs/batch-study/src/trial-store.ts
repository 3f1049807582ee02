import { join } from 'node:path'
import { cacheDirectory } from '@flatland/tensor'
import { recordStore, type RecordStore, type RecordStoreContents } from './record-store.ts'
import { recordSchema, type TrialRecord } from './trial-record.ts'

export { StoreError } from './store-error.ts'

/** Finished trials, each in a file of its own. Any number of processes may use one at a time. */
export type TrialStore = RecordStore<TrialRecord>

export type StoreContents = RecordStoreContents<TrialRecord>

/**
 * The store in a folder, which need not exist yet. Each file is written beside its place, flushed to the disk and renamed,
 * and carries a checksum; so no reader ever takes half a record for one.
 *
 * @param folder default: `trials` in the cache of this machine, see `cacheDirectory`
 *
 * @example
 * const store = trialStore()
 * const { records } = await store.list()
 */
export function trialStore(folder = join(cacheDirectory(), 'trials')): TrialStore {
  return recordStore(folder, recordSchema, 'trials')
}
