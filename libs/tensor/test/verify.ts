import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { derivativeTable, MARKERS } from './derivative-table.ts'

// `npm run verify -w @flatland/tensor` measures every case on native and wasm and writes the README's table.
const file = join(import.meta.dirname, '..', 'README.md')
const readme = readFileSync(file, 'utf8')
const [start, end] = MARKERS.map(marker => readme.indexOf(marker))
if (start === undefined || end === undefined || start < 0 || end < start) {
  throw new Error(`${file} must have the lines ${MARKERS.join(' and ')}, in this order`)
}
const table = await derivativeTable(['native', 'wasm'])
writeFileSync(file, `${readme.slice(0, start)}${MARKERS[0]}\n\n${table}\n\n${readme.slice(end)}`)
