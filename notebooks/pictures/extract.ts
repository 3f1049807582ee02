/**
 * Takes the drawn chart out of an executed notebook, for the README:
 *
 *   npx flatland run 05 -o notebooks/out/05.ipynb
 *   node notebooks/pictures/extract.ts notebooks/out/05.ipynb 'Linear axes' notebooks/pictures/05-time-per-update.svg
 *
 * The second argument is a text that only the wanted chart has.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Executed {
  readonly cells: readonly {
    readonly outputs?: readonly { readonly data?: Readonly<Record<string, string | string[]>> }[]
  }[]
}

const [notebook = '', text = '', picture = ''] = process.argv.slice(2)
const { cells } = JSON.parse(readFileSync(notebook, 'utf8')) as Executed
const drawn = cells
  .flatMap(cell => cell.outputs ?? [])
  .map(output => [output.data?.['image/svg+xml'] ?? ''].flat().join(''))
  .filter(svg => svg.includes(text))
const [svg] = drawn
if (svg === undefined || drawn.length > 1)
  throw new Error(`${drawn.length} charts in ${notebook} contain '${text}'`)
writeFileSync(picture, svg)
