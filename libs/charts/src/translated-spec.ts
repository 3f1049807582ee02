import type { TopLevelSpec } from 'vega-lite'
import { guideTitle } from './guide-title.ts'
import { headingSpec } from './heading.ts'

/** A chart's spec in another language. */
export interface TranslatedSpec {
  readonly spec: TopLevelSpec
  /** Words of the data that would have become one, so that two series would have merged: they stay as they were. */
  readonly merged: readonly string[]
}

/**
 * A chart's spec with all its words put through `translate`: titles, broken into lines anew; titles of axes, legends and
 * tooltips; labels; names of series and categories, in rows and domains alike. A field that is shown without a title gets
 * its translated name for one. Where the spec computes with its data, by a transform or an expression, the data stay.
 *
 * @param font for all of its text
 *
 * @example
 * translatedSpec(chart.spec, text => chinese.get(text) ?? text, "system-ui, 'Noto Sans CJK SC', sans-serif")
 */
export function translatedSpec(
  spec: TopLevelSpec,
  translate: (text: string) => string,
  font: string,
): TranslatedSpec {
  const computes = hasKey(spec, ['transform', 'expr', 'test', 'params', 'signal'])
  const asIs = new Set(unscaledFields(spec))
  const merged = new Set(domainsOf(spec).flatMap(names => namesThatMerge(names, translate)))
  const word = (text: string) => (computes || merged.has(text) ? text : translateParts(text, translate))

  function value(found: unknown, key: string): unknown {
    if (typeof found === 'string') return textAt(key, found)
    if (Array.isArray(found))
      return WORD_LISTS.has(key) ? found.map(each => dataWord(each)) : found.map(each => value(each, key))
    if (!isObject(found)) return found
    if (key === 'title' && 'text' in found) return { ...found, ...heading(found) }
    if (key === 'data') return { ...found, ...('values' in found && { values: rows(found['values']) }) }
    return Object.fromEntries(
      Object.entries(key === 'encoding' ? titled(found) : found).map(([name, each]) => [
        name,
        name === 'config' ? each : value(each, name),
      ]),
    )
  }

  function textAt(key: string, text: string): string {
    if (key === 'title') return guideTitle(translate(text))
    if (key === 'text') return translate(text)
    return key === 'datum' ? word(text) : text
  }

  function dataWord(found: unknown): unknown {
    return typeof found === 'string' ? word(found) : found
  }

  function heading(found: Fields) {
    const subtitle = found['subtitle']
    return headingSpec({
      title: translate(joined(found['text'])),
      ...(subtitle !== undefined && { subtitle: translate(joined(subtitle)) }),
    })
  }

  function rows(found: unknown): unknown {
    if (!Array.isArray(found)) return found
    return found.map(row =>
      isObject(row)
        ? Object.fromEntries(
            Object.entries(row).map(([name, each]) => [name, asIs.has(name) ? each : dataWord(each)]),
          )
        : dataWord(row),
    )
  }

  const body = value(spec, '') as TopLevelSpec
  return { spec: { ...body, config: { ...body.config, font } }, merged: [...merged] }
}

type Fields = Readonly<Record<string, unknown>>

/** Lists whose texts are values of the data: what they order or name must go on being what the rows have. */
const WORD_LISTS = new Set(['domain', 'sort', 'values'])

/** Channels that no guide and no description tells of. */
const UNTOLD = new Set([
  'x2',
  'y2',
  'detail',
  'order',
  'angle',
  'key',
  'longitude',
  'latitude',
  'xOffset',
  'yOffset',
])

/** Gives a field that is shown under its own name that name for a title. */
function titled(encoding: Fields): Fields {
  return Object.fromEntries(
    Object.entries(encoding).map(([channel, found]) => {
      const isShown =
        isObject(found) &&
        typeof found['field'] === 'string' &&
        found['scale'] !== null &&
        found['type'] !== 'geojson'
      return [
        channel,
        isShown && !('title' in found) && !UNTOLD.has(channel) ? { ...found, title: found['field'] } : found,
      ]
    }),
  )
}

/** A bar's label is its length and its series' name, two spaces apart. */
function translateParts(text: string, translate: (text: string) => string): string {
  return text.split('  ').map(translate).join('  ')
}

/** A title's lines as the one text that they were. */
function joined(lines: unknown): string {
  return [lines].flat().join(' ')
}

/** Fields whose values are colours and the like, taken as they stand. */
function unscaledFields(found: unknown): string[] {
  if (Array.isArray(found)) return found.flatMap(unscaledFields)
  if (!isObject(found)) return []
  const { field, scale } = found
  return [
    ...(typeof field === 'string' && scale === null ? [field] : []),
    ...Object.entries(found).flatMap(([key, each]) => (key === 'data' ? [] : unscaledFields(each))),
  ]
}

/** What each scale tells apart. */
function domainsOf(found: unknown): string[][] {
  if (Array.isArray(found)) return found.flatMap(domainsOf)
  if (!isObject(found)) return []
  return Object.entries(found).flatMap(([key, each]) => {
    if (key === 'data') return []
    if (key !== 'domain' || !Array.isArray(each)) return domainsOf(each)
    return [each.filter(name => typeof name === 'string')]
  })
}

function namesThatMerge(names: readonly string[], translate: (text: string) => string): string[] {
  const translated = names.map(translate)
  return names.filter(
    (_, i) => translated.indexOf(translated[i] ?? '') !== translated.lastIndexOf(translated[i] ?? ''),
  )
}

function hasKey(found: unknown, keys: readonly string[]): boolean {
  if (Array.isArray(found)) return found.some(each => hasKey(each, keys))
  if (!isObject(found)) return false
  return Object.entries(found).some(
    ([key, each]) => keys.includes(key) || (key !== 'data' && key !== 'config' && hasKey(each, keys)),
  )
}

function isObject(found: unknown): found is Fields {
  return typeof found === 'object' && found !== null && !Array.isArray(found)
}
