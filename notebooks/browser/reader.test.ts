import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  chooseFromMenu,
  chooseTheme,
  flatland,
  launchChromium,
  MINUTES,
  notebooks,
  openNotebook,
  out,
  startLab,
} from './jupyterlab.ts'

/**
 * Notebook 05 as a reader meets it, in a real Chromium: opened in JupyterLab and run from the menu, and handed
 * out as a page. Screenshots are left in `notebooks/out`, to be looked at.
 */
const CHARTS = 6
/** Drawn only: the graph of a compiled update. */
const PICTURES = 1

let browser: Browser

beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
})

describe('notebook 05', () => {
  test(
    'in JupyterLab: Run All Cells ends without an error and with live charts',
    { timeout: 5 * MINUTES },
    async () => {
      const copy = join(out, 'browser-05.ipynb')
      writeFileSync(copy, smokeProfile(readFileSync(join(notebooks, '05-time-per-update.ipynb'), 'utf8')))
      const lab = await startLab()
      try {
        const page = await openNotebook(browser, lab, 'browser-05.ipynb')
        await chooseFromMenu(page, 'Run', 'Run All Cells')
        const lastPrompt = page.locator('.jp-CodeCell .jp-InputPrompt').last()
        await expect
          .poll(() => lastPrompt.textContent(), { timeout: 3 * MINUTES, interval: 500 })
          .toMatch(/\[\d+\]/)
        expect(
          await countWhileScrolling(
            page,
            '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]',
          ),
        ).toBe(0)
        expect(await countWhileScrolling(page, '.vega-embed canvas, .vega-embed svg.marks')).toBe(CHARTS)
        await showFirstChart(page)
        await page.screenshot({ path: join(out, 'lab-light.png') })
        await chooseTheme(page, 'Dark')
        await showFirstChart(page)
        await page.screenshot({ path: join(out, 'lab-dark.png') })
        await chooseTheme(page, 'Light')
      } finally {
        await lab.stop()
        rmSync(copy, { force: true })
      }
    },
  )

  test(
    'as a handout: the same charts, live, without a request; drawn where scripts are off',
    { timeout: 5 * MINUTES },
    async () => {
      const executed = join(out, '05-time-per-update.smoke.ipynb')
      const handout = join(out, '05-time-per-update.html')
      execFileSync(process.execPath, [flatland, 'run', '05', '--profile', 'smoke', '-o', executed], {
        stdio: 'ignore',
      })
      execFileSync(process.execPath, [flatland, 'handout', '05', '--from', executed, '-o', handout], {
        stdio: 'ignore',
      })

      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 1400 } })
        const requests: string[] = []
        page.on('request', request => requests.push(request.url()))
        await page.goto(pathToFileURL(handout).href)
        await page
          .locator('svg.marks')
          .nth(CHARTS - 1)
          .waitFor()
        expect(await page.locator('svg.marks').count()).toBe(CHARTS)
        expect(requests.filter(url => !/^(file|data|blob):/.test(url))).toEqual([])
        await page.screenshot({ path: join(out, `handout-${colorScheme}.png`), fullPage: true })
        await page.close()
      }

      const plain = await browser.newPage({ javaScriptEnabled: false })
      await plain.goto(pathToFileURL(handout).href)
      expect(await plain.locator('.flatland-chart img').count()).toBe(CHARTS + PICTURES)
    },
  )
})

function smokeProfile(notebook: string): string {
  const changed = notebook.replace("'paper' = 'lecture'", "'paper' = 'smoke'")
  if (changed === notebook)
    throw new Error('the parameters cell of notebook 05 has another form than this test knows')
  return changed
}

/** JupyterLab keeps only what is near the view in the page: look at every cell in turn. */
async function countWhileScrolling(page: Page, selector: string): Promise<number> {
  const cells = page.locator('.jp-Notebook .jp-Cell')
  let count = 0
  for (let i = 0; i < (await cells.count()); i++) {
    await cells.nth(i).scrollIntoViewIfNeeded()
    if ((await cells.nth(i).locator('.jp-RenderedVegaCommon5').count()) > 0 && selector.startsWith('.vega')) {
      await cells.nth(i).locator(selector).first().waitFor()
    }
    count += await cells.nth(i).locator(selector).count()
  }
  return count
}

async function showFirstChart(page: Page): Promise<void> {
  await page.locator('.vega-embed').first().scrollIntoViewIfNeeded()
  await page.waitForTimeout(500)
}
