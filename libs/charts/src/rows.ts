/** A value in a row. */
export type Cell = string | number | boolean | null

/** The data of a chart: one plain object a row. */
export type Rows = readonly Readonly<Record<string, Cell>>[]

/** How an axis turns numbers into places. */
export type Scale = 'linear' | 'log'

/** Throws unless there are rows and each has all of `fields`; `caller` begins the message. */
export function checkFields(caller: string, rows: Rows, fields: readonly string[]): void {
  if (rows.length === 0) throw new Error(`${caller}: there are no rows; a chart needs at least one`)
  rows.forEach((row, index) => {
    const missing = fields.find(field => !Object.hasOwn(row, field))
    if (missing === undefined) return
    const names = Object.keys(row).map(name => `'${name}'`)
    throw new Error(`${caller}: row ${index} has no field '${missing}'; it has ${names.join(', ')}`)
  })
}

/** Reads the cells of one row; what it throws names the caller, the row's index and the field. */
export function rowReader(caller: string, row: Rows[number], index: number) {
  const fail = (field: string, problem: string) => {
    const value = row[field]
    const shown = typeof value === 'string' ? `'${value}'` : String(value)
    return new Error(`${caller}: row ${index}: '${field}' is ${shown}; ${problem}`)
  }
  return {
    number(field: string, scale: Scale): number {
      const value = row[field]
      const problem = whyNotOn(scale, value)
      if (problem !== undefined) throw fail(field, problem)
      return value as number
    },
    name(field: string): string {
      const value = row[field]
      if (value === null || value === undefined) throw fail(field, 'give it a name, or leave the row out')
      return String(value)
    },
  }
}

/** What keeps `value` from having a place on a scale; undefined where nothing does. */
export function whyNotOn(scale: Scale, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value))
    return 'it must be a finite number; leave the row out'
  if (Math.abs(value) > largest) return `a chart shows magnitudes up to ${largest}; change the unit`
  if (scale === 'log' && value <= 0)
    return 'a log axis shows positive numbers only; use a linear one, or leave the row out'
  if (scale === 'log' && value < 1 / largest)
    return `a log axis shows numbers from ${1 / largest} on; change the unit`
  return undefined
}

/** Beyond it, numbers overflow where an axis is rounded outwards. */
const largest = 1e100
