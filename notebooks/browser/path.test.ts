import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { environmentOfReader, freshClone } from './fresh-clone.ts'
import { chooseFromMenu, chooseTheme, kernelReady, type Lab, labOf, MINUTES, out } from './jupyterlab.ts'
import { faultsOf, openOffline } from './offline-page.ts'

/**
 * The whole way of a reader, in a real Chromium: a fresh clone whose path has a space and letters beyond ASCII,
 * `npm start`, notebook 05 cell by cell, other batch sizes, a rerun, and the result handed out in two languages. Each
 * step needs the one before. Screenshots are left in `notebooks/out`, to be looked at.
 */
const NOTEBOOK = '05-time-per-update'
const TYPED = [1, 16, 256, 4096]
/** Live: two charts side by side are one drawing. */
const CHARTS = 6

const folder = mkdtempSync(join(tmpdir(), 'Übung 1 '))
const clone = join(folder, 'flatland')
let browser: Browser
let lab: Lab | undefined
let page: Page
/** What the browser's console says against JupyterLab's page. */
const complaints: string[] = []

beforeAll(async () => {
  browser = await launchChromium()
  freshClone(clone)
})

afterAll(async () => {
  await lab?.stop()
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}, 2 * MINUTES)

describe('a reader', () => {
  test('starts a fresh clone with npm start', { timeout: 15 * MINUTES }, async () => {
    lab = await labOf('npm', ['start', '--', '--no-browser'], { cwd: clone, env: environmentOfReader() })
    page = await browser.newPage({ viewport: { width: 1300, height: 1400 } })
    page.on('pageerror', error => complaints.push(error.message))
    await page.goto(lab.address)
    await page.locator('.jp-LauncherCard', { hasText: 'TypeScript (flatland)' }).first().waitFor()
    await page.screenshot({ path: join(out, 'path-1-start.png') })
  })

  test('opens the notebook from the file browser, in its kernel', { timeout: 3 * MINUTES }, async () => {
    await page.locator('.jp-DirListing-item', { hasText: NOTEBOOK }).dblclick()
    await page.locator('.jp-Notebook .jp-Cell').first().waitFor()
    await kernelReady(page)
    await page.screenshot({ path: join(out, 'path-2-open.png') })
  })

  test('steps through it with Shift-Enter, in a small profile', { timeout: 10 * MINUTES }, async () => {
    await retype(page, 'let profile', "let profile: 'smoke' | 'lecture' | 'paper' = 'smoke'")
    await step(page)
    await page.screenshot({ path: join(out, 'path-3-stepped.png') })
    expect(await faults(page)).toEqual([])
    expect(await liveCharts(page)).toBe(CHARTS)
    expect(await batchSizesIn(firstChart(page))).not.toEqual(TYPED)
  })

  test(
    'types other batch sizes, runs all, and sees them in the chart',
    { timeout: 10 * MINUTES },
    async () => {
      const before = await lastCount(page)
      await retype(page, 'let batchSizes', `let batchSizes: number[] = [${TYPED.join(', ')}]`)
      await page.screenshot({ path: join(out, 'path-4-typed.png') })
      await chooseFromMenu(page, 'Run', 'Run All Cells')
      await expect
        .poll(() => lastCount(page), { timeout: 9 * MINUTES, interval: 500 })
        .toBeGreaterThan(before)
      expect(await faults(page)).toEqual([])
      expect(await liveCharts(page)).toBe(CHARTS)
      expect(await batchSizesIn(firstChart(page))).toEqual(TYPED)
      for (const theme of ['Dark', 'Light'] as const) {
        await chooseTheme(page, theme)
        await firstChart(page).scrollIntoViewIfNeeded()
        await page.screenshot({ path: join(out, `path-5-rerun-${theme.toLowerCase()}.png`) })
      }
      expect(complaints).toEqual([])
    },
  )

  test.each([
    ['en', 'Time per update'],
    ['zh', '每次更新'],
  ])(
    'saves it and exports it as a page that works offline (%s)',
    { timeout: 4 * MINUTES },
    async (lang, words) => {
      await page.keyboard.press('Control+s')
      await page.locator('.jp-mod-dirty').waitFor({ state: 'detached' })
      const handout = join(out, `path-handout.${lang}.html`)
      const from = join('notebooks', `${NOTEBOOK}.ipynb`)
      execFileSync('npx', ['flatland', 'handout', '05', '--from', from, '--lang', lang, '-o', handout], {
        cwd: clone,
        env: environmentOfReader(),
        stdio: 'pipe',
      })
      for (const colorScheme of ['light', 'dark'] as const) {
        const opened = await openOffline(browser, handout, { colorScheme })
        const picture = join(out, `path-handout-${lang}-${colorScheme}.png`)
        await opened.page.screenshot({ path: picture, fullPage: true })
        expect(await opened.page.locator('html').getAttribute('lang')).toMatch(new RegExp(`^${lang}`))
        expect(await opened.page.locator('main').textContent()).toContain(words)
        const charts = opened.page.locator('.flatland-chart:has(svg.marks)')
        expect(await charts.count()).toBe(CHARTS)
        expect(await batchSizesIn(charts.first())).toEqual(TYPED)
        expect(await faultsOf(opened.page)).toEqual([])
        expect(opened.requests).toEqual([])
        expect(opened.complaints).toEqual([])
        await opened.page.context().close()
      }
    },
  )
})

/** Types a line of the parameters cell anew. */
async function retype(page: Page, beginning: string, line: string): Promise<void> {
  const old = page.locator('.jp-Notebook .jp-CodeCell').first().locator('.cm-line', { hasText: beginning })
  await old.click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.type(line)
  const now = page.locator('.jp-Notebook .jp-CodeCell').first().locator('.cm-line', { hasText: beginning })
  expect(await now.textContent()).toBe(line)
}

/** From the first cell to the last, each when the one before has ended. */
async function step(page: Page): Promise<void> {
  const { cells: written } = JSON.parse(
    readFileSync(join(clone, 'notebooks', `${NOTEBOOK}.ipynb`), 'utf8'),
  ) as { cells: readonly unknown[] }
  const count = written.length
  const cells = page.locator('.jp-Notebook .jp-Cell')
  // Those far below come into the page little by little.
  await expect.poll(() => cells.count(), { timeout: MINUTES }).toBe(count)
  await cells.first().locator('.jp-InputPrompt').click()
  for (let i = 0; i < count; i++) {
    const prompt = cells.nth(i).locator('.jp-InputPrompt')
    const isCode = (await cells.nth(i).getAttribute('class'))?.includes('jp-CodeCell') === true
    await page.keyboard.press('Shift+Enter')
    if (isCode)
      await expect
        .poll(() => prompt.textContent(), { timeout: 5 * MINUTES, message: `cell ${i + 1} of ${count}` })
        .toMatch(/\[\d+\]/)
  }
}

/** The number of the last cell that has run; 0 while it waits or runs. JupyterLab adds an empty one after Shift-Enter. */
async function lastCount(page: Page): Promise<number> {
  const prompts = await page.locator('.jp-Notebook .jp-CodeCell .jp-InputPrompt').allTextContents()
  if (prompts.some(text => text.includes('*'))) return 0
  return Math.max(0, ...prompts.map(text => Number(/\d+/.exec(text)?.[0] ?? 0)))
}

/** Errors, and what was printed to stderr. */
function faults(page: Page): Promise<string[]> {
  return page
    .locator('.jp-OutputArea-output:is([data-mime-type$="error"], [data-mime-type$="stderr"])')
    .allTextContents()
}

async function liveCharts(page: Page): Promise<number> {
  const charts = page.locator('.jp-RenderedVegaCommon5')
  for (const chart of await charts.all()) {
    await chart.scrollIntoViewIfNeeded()
    await chart.locator('svg.marks').waitFor()
  }
  return charts.count()
}

function firstChart(page: Page): Locator {
  return page.locator('.jp-RenderedVegaCommon5').first()
}

/** As the points of a chart are read out. */
async function batchSizesIn(chart: Locator): Promise<number[]> {
  const labels = await chart
    .locator('svg.marks path')
    .evaluateAll(points => points.map(point => point.getAttribute('aria-label') ?? ''))
  const sizes = labels.flatMap(label => /^(?:batch size|批量大小)[:：] ?([\d,]+)/.exec(label)?.[1] ?? [])
  return [...new Set(sizes.map(size => Number(size.replaceAll(',', ''))))].sort((a, b) => a - b)
}
