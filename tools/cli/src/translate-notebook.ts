import { drawSvg, markdownTable, translatedSpec } from '@flatland/charts'
import { z } from 'zod'
import { markdownCells } from './markdown-cells.ts'
import { type Cell, type Notebook, sourceOf } from './notebook-schema.ts'
import { hasWords, textTranslator } from './translate-text.ts'
import { sourceHash, type Translation } from './translation.ts'

/** A notebook in Chinese, and what of it is still English. */
export interface TranslatedNotebook {
  readonly notebook: Notebook
  readonly missing: {
    /** Ids of the cells of prose that have no translation, or have changed since it was written. */
    readonly prose: readonly string[]
    /** What outputs say, each once. */
    readonly texts: readonly string[]
  }
}

/** For the text of charts: Latin letters as everywhere, then the fonts that systems have for simplified Chinese. */
const CHART_FONT =
  "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"

const SPEC = 'application/vnd.vegalite.v5+json'
const SVG = 'image/svg+xml'
const PLAIN = 'text/plain'
const MARKDOWN = 'text/markdown'
const HTML = 'text/html'

type Data = Readonly<Record<string, unknown>>
const outputs = z.array(z.looseObject({ data: z.record(z.string(), z.unknown()).optional() }))

/**
 * Translates an executed notebook: prose by cell, where the cell is as it was when its translation was written; charts, which
 * are drawn anew; tables; the labels of progress bars. Code, and what cells print, stay as they are. Nothing is changed in
 * place.
 */
export async function translateNotebook(
  notebook: Notebook,
  { prose, texts }: Translation,
): Promise<TranslatedNotebook> {
  const blocks = new Map(prose.map(block => [block.id, block]))
  const translate = textTranslator(texts)
  const missing = { prose: [] as string[], texts: new Set<string>() }
  const inChinese = (text: string) => {
    const found = translate(text)
    for (const each of found.missing) missing.texts.add(each)
    return found.text
  }

  function translatedProse(cell: Cell): Cell {
    const id = String(cell['id'])
    const source = sourceOf(cell)
    const block = blocks.get(id)
    if (block?.hash === sourceHash(source)) return { ...cell, source: block.text }
    if (hasWords(source)) missing.prose.push(id)
    return cell
  }

  async function translatedOutputs(cell: Cell): Promise<Cell> {
    const found = outputs.safeParse(cell['outputs']).data
    if (found === undefined) return cell
    const translated = []
    for (const output of found)
      translated.push(
        output.data === undefined ? output : { ...output, data: await translatedData(output.data) },
      )
    return { ...cell, outputs: translated }
  }

  async function translatedData(data: Data): Promise<Data> {
    if (SPEC in data) {
      const { spec, merged } = translatedSpec(
        data[SPEC] as Parameters<typeof drawSvg>[0],
        inChinese,
        CHART_FONT,
      )
      for (const each of merged) missing.texts.add(each)
      return {
        ...data,
        [SPEC]: spec,
        ...(SVG in data && { [SVG]: await drawSvg(spec) }),
        [PLAIN]: translatedHeading(textOf(data[PLAIN]), inChinese),
      }
    }
    if (MARKDOWN in data)
      return { ...data, [MARKDOWN]: translatedMarkdown(textOf(data[MARKDOWN]), inChinese) }
    const html = textOf(data[HTML])
    return html.includes('<progress ') ? { ...data, [HTML]: translatedHtml(html, inChinese) } : data
  }

  const cells: Cell[] = []
  // One after the other: charts are drawn by one thread.
  for (const cell of notebook.cells)
    cells.push(cell.cell_type === 'markdown' ? translatedProse(cell) : await translatedOutputs(cell))
  return { notebook: { ...notebook, cells }, missing: { prose: missing.prose, texts: [...missing.texts] } }
}

type Translate = (text: string) => string

function textOf(lines: unknown): string {
  return [lines]
    .flat()
    .filter(line => typeof line === 'string')
    .join('')
}

/** A chart's text begins with its heading, a line each for title and subtitle; an empty line ends it. */
function translatedHeading(plain: string, translate: Translate): string {
  const [heading = '', ...rest] = plain.split('\n\n')
  return [heading.split('\n').map(translate).join('\n'), ...rest].join('\n\n')
}

function translatedMarkdown(markdown: string, translate: Translate): string {
  const [heading, ...rows] = markdownCells(markdown)?.map(cells => cells.map(translate)) ?? []
  return heading === undefined ? translate(markdown) : markdownTable(heading, rows)
}

/** What stands between the tags, and what a screen reader reads out. */
function translatedHtml(html: string, translate: Translate): string {
  const text = (escaped: string) => escapeHtml(translate(unescapeHtml(escaped)))
  return html
    .replaceAll(/>([^<]+)</g, (_, escaped: string) => `>${spaced(escaped, text)}<`)
    .replaceAll(/aria-label="([^"]*)"/g, (_, escaped: string) => `aria-label="${text(escaped)}"`)
}

/** Leaves white space around a text as it is. */
function spaced(text: string, translate: Translate): string {
  const [before] = /^\s*/.exec(text) ?? ['']
  const [after] = /\s*$/.exec(text.slice(before.length)) ?? ['']
  return before + translate(text.trim()) + after
}

const ENTITIES = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&#39;']]) // prettier-ignore

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => ENTITIES.get(character) ?? character)
}

function unescapeHtml(text: string): string {
  return [...ENTITIES].reduceRight((plain, [character, entity]) => plain.replaceAll(entity, character), text)
}
