import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { z } from 'zod'
import { storeFiles, type UselessFile } from './store-files.ts'

/** SHA-256, hexadecimal. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** What all records have. */
interface StoredRecord {
  /** Under what it is kept: 64 hexadecimal digits. */
  readonly key: string
  /** When it was finished, ISO 8601. */
  readonly finished: string
}

/** Records of one kind, each in a file of its own. Any number of processes may use one at a time. */
export interface RecordStore<Kept> {
  readonly folder: string
  /**
   * @returns the record, `undefined` where there is none. A file that is not whole is set aside as `<key>.torn`, and counts as
   *   none.
   */
  readonly get: (key: string) => Promise<Kept | undefined>
  /**
   * Keeps a record: when this has resolved it is on the disk, whole; before, and when it is rejected, there is what was there
   * before. A record of the same key is replaced.
   *
   * @throws TypeError (a rejection) when it could not be read again: a number in it is not finite, or a field is missing
   * @throws StoreError (a rejection) when the disk is full, or cannot be written
   */
  readonly put: (record: Kept) => Promise<void>
  readonly list: () => Promise<RecordStoreContents<Kept>>
  /** Removes files of the store by their names; those that are not there are none. */
  readonly remove: (names: readonly string[]) => Promise<void>
}

export interface RecordStoreContents<Kept> {
  /** Oldest first. */
  readonly records: readonly Kept[]
  /** Files that are no use: torn records, those of other versions, and what killed processes left half written. */
  readonly useless: readonly UselessFile[]
}

/**
 * A store of records in a folder, which need not exist yet. Each file is written beside its place, flushed to the disk and
 * renamed, and carries a checksum; so no reader ever takes half a record for one.
 *
 * @param of what they are, in the plural, for errors
 */
export function recordStore<Kept extends StoredRecord>(
  folder: string,
  schema: z.ZodType<Kept>,
  of: string,
): RecordStore<Kept> {
  const at = resolve(folder)
  const files = storeFiles(at, { of, extension: RECORD, parse: data => readRecord(schema, data.toString()) })
  return Object.freeze<RecordStore<Kept>>({
    folder: at,
    get: async key => {
      const found = await files.read(key)
      // A file under another name than its own is nobody's.
      return typeof found === 'object' && found.key === key ? found : undefined
    },
    put: async record => {
      await files.write(record.key, writeRecord(schema, record))
    },
    list: async () => {
      const { places, useless } = await files.list()
      const records: Kept[] = []
      const more: UselessFile[] = []
      for (const place of places) {
        const found = await files.read(place)
        if (found === 'torn') more.push({ name: `${place}.torn`, why: 'is not whole' })
        else if (found === 'other')
          more.push({ name: `${place}${RECORD}`, why: 'is of another version of this library' })
        else if (found !== undefined) records.push(found)
      }
      return {
        records: records.toSorted((a, b) => (a.finished < b.finished ? -1 : 1)),
        useless: [...useless, ...more],
      }
    },
    remove: files.remove,
  })
}

const RECORD = '.json'

/**
 * A record as text: the SHA-256 of what follows, and a line of JSON.
 *
 * @throws TypeError when a number in it is not finite, or a field is missing: what could not be read again
 */
export function writeRecord(schema: z.ZodType, record: unknown): string {
  const checked = schema.safeParse(record)
  if (!checked.success) throw new TypeError(`This record cannot be kept:\n${z.prettifyError(checked.error)}`)
  const text = JSON.stringify(record)
  return `${checksum(text)}\n${text}\n`
}

/** @returns `torn` where the text is not whole, `other` where it is a record of another version of this library */
export function readRecord<Kept>(schema: z.ZodType<Kept>, text: string): Kept | 'torn' | 'other' {
  const [sum, json, end, ...rest] = text.split('\n')
  if (json === undefined || end !== '' || rest.length > 0 || sum !== checksum(json)) return 'torn'
  const parsed = schema.safeParse(JSON.parse(json))
  return parsed.success ? Object.freeze(parsed.data) : 'other'
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
