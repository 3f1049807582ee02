import { hasTag, type Notebook } from '@flatland/cli/src/notebook-schema.ts'

interface Output {
  readonly data?: Readonly<Record<string, string | string[]>>
}

/** What a page of many pictures can bear. */
const LARGEST = 100_000

/**
 * The picture that stands for an executed notebook: the first drawn chart of the cell tagged `picture`, as SVG.
 *
 * @throws Error when no cell is tagged, it shows no chart, or the drawing has 100 kB or more
 */
export function pictureOf(executed: Notebook): string {
  const tagged = executed.cells.find(cell => hasTag(cell, 'picture'))
  if (tagged === undefined) throw new Error('no cell is tagged picture: tag the cell whose chart says most')
  const [svg] = ((tagged['outputs'] ?? []) as readonly Output[]).flatMap(({ data }) => {
    const drawn = data?.['image/svg+xml']
    return drawn === undefined ? [] : [[drawn].flat().join('')]
  })
  if (svg === undefined) throw new Error('the cell tagged picture shows no drawn chart: run the notebook')
  const size = Buffer.byteLength(svg)
  if (size >= LARGEST)
    throw new Error(`the picture has ${size} bytes, and ${LARGEST} are too many: tag a chart that draws less`)
  return svg
}
