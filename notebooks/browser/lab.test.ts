import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barChart, type Chart, jupyterDisplay, lineChart } from '@flatland/charts'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { chooseTheme, MINUTES, notebookOf, openNotebook, out } from './jupyterlab.ts'

/** How JupyterLab looks with this kernel and its charts. Screenshots are left in `notebooks/out`, to be looked at. */
const lab = inject('lab')
let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
})

test('the launcher has the kernel with its logo, sharp on any screen, in both themes', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 700 }, deviceScaleFactor: 2 })
  await page.goto(lab.replace('/lab?', '/lab?reset&'))
  const tiles = page.locator('.jp-LauncherCard', { hasText: 'TypeScript (flatland)' })
  await expect.poll(() => tiles.count(), { timeout: MINUTES }).toBe(2)
  for (const tile of await tiles.all()) await expectLogo(tile.locator('img'))
  for (const theme of ['Dark', 'Light'] as const) {
    await chooseTheme(page, theme)
    await page.screenshot({ path: join(out, `launcher-${theme.toLowerCase()}.png`) })
  }
  await page.close()
})

test('a running kernel has the logo beside its notebook', async () => {
  const file = 'browser-kernel.ipynb'
  writeFileSync(join(out, file), notebookOf([{ source: '1' }]))
  const page = await openNotebook(browser, lab, file)
  await page.locator('li[data-id="jp-running-sessions"]').click()
  await expectLogo(page.locator('img.jp-RunningSessions-icon').first())
  await page.close()
  rmSync(join(out, file))
})

/** Vector graphics, and drawn. */
async function expectLogo(image: Locator): Promise<void> {
  await image.waitFor()
  expect(await image.getAttribute('src')).toMatch(/\/kernelspecs\/flatland\/logo-svg\.svg$/)
  const drawn = () => image.evaluate(img => (img as HTMLImageElement).naturalWidth > 0)
  await expect.poll(drawn).toBe(true)
}

test('charts lie on the page of either theme, and their text is read on it', async () => {
  const file = 'browser-charts.ipynb'
  writeFileSync(join(out, file), notebookOf(await Promise.all(charts().map(shown))))
  const page = await openNotebook(browser, lab, file)
  // In both orders: drawn in one theme and then switched.
  for (const theme of ['Light', 'Dark', 'Light'] as const) {
    await chooseTheme(page, theme)
    await page.screenshot({ path: join(out, `charts-${theme.toLowerCase()}.png`) })
    const { ground, texts, sheets } = await coloursOf(page)
    expect(luminance(ground) > 0.5).toBe(theme === 'Light')
    expect(sheets).toEqual([])
    expect(texts.length).toBeGreaterThan(30)
    expect(Math.min(...texts.map(text => contrast(text, ground)))).toBeGreaterThanOrEqual(4.5)
  }
  await page.close()
  rmSync(join(out, file))
})

async function shown(chart: Chart) {
  const output = { output_type: 'display_data', data: await chart[jupyterDisplay](), metadata: {} }
  return { source: 'chart', outputs: [output] }
}

/** Title, subtitle, axes, legend, the label of a rule, and text beside bars. */
function charts(): Chart[] {
  const rows = [1, 10, 100].flatMap(x => ['a', 'b'].map(s => ({ x, y: x, s })))
  return [
    lineChart({
      title: 'A title',
      subtitle: 'and a subtitle',
      rows,
      series: { field: 's', title: 'series' },
      x: { field: 'x', title: 'batch size', scale: 'log' },
      y: { field: 'y', title: 'time', unit: 'ms' },
      rules: [{ axis: 'x', value: 5, label: 'here' }],
    }),
    barChart({
      title: 'Bars',
      rows: rows.map(({ x, y, s }) => ({ x: `of ${x}`, y, s })),
      series: { field: 's', title: 'series' },
      category: { field: 'x', title: 'name' },
      value: { field: 'y', title: 'length' },
    }),
  ]
}

type Rgb = readonly [number, number, number]

/** What the page shows: the colour under the charts, those of their text over it, and what of a chart covers the page. */
async function coloursOf(page: Page): Promise<{ ground: Rgb; texts: Rgb[]; sheets: string[] }> {
  await page.locator('.vega-embed svg.marks').nth(1).waitFor()
  const computed = await page.evaluate(() => {
    const over = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)'
      const { backgroundColor } = getComputedStyle(element)
      return backgroundColor === 'rgba(0, 0, 0, 0)' ? over(element.parentElement) : backgroundColor
    }
    const all = (selector: string) => [...document.querySelectorAll(selector)]
    return {
      ground: over(document.querySelector('.jp-RenderedVegaCommon5')),
      texts: all('.vega-embed svg.marks text').map(text => getComputedStyle(text).fill),
      sheets: [
        ...all('.vega-embed, .vega-embed .chart-wrapper, .vega-embed svg.marks').map(
          each => getComputedStyle(each).backgroundColor,
        ),
        ...all('.vega-embed svg.marks .background').map(each => getComputedStyle(each).fill),
      ],
    }
  })
  const [ground] = parsed(computed.ground, [255, 255, 255])
  return {
    ground,
    texts: computed.texts.map(text => parsed(text, ground)[0]),
    sheets: computed.sheets.filter(each => each !== 'none' && parsed(each, ground)[1] > 0),
  }
}

/** A computed colour as it is seen over another, and how opaque it is. */
function parsed(css: string, under: Rgb): readonly [Rgb, number] {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN, alpha = 1] = [
    ...css.matchAll(/[\d.]+/g),
  ].map(Number)
  const mix = (part: number, i: 0 | 1 | 2) => alpha * part + (1 - alpha) * under[i]
  return [[mix(red, 0), mix(green, 1), mix(blue, 2)], alpha]
}

/** As WCAG 2 defines it. */
function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(part => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
