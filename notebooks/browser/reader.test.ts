import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * Notebook 05 as a reader meets it, in a real Chromium: opened in JupyterLab and run from the menu, and handed
 * out as a page. Screenshots are left in `notebooks/out`, to be looked at.
 */
const notebooks = join(import.meta.dirname, '..')
const out = join(notebooks, 'out')
const flatland = join(notebooks, '..', 'tools', 'cli', 'bin', 'flatland.mjs')
const CHARTS = 5
const MINUTES = 60_000

let browser: Browser

beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  browser = await chromium.launch({
    executablePath: findChromium(),
    // Containers run as root, where Chromium's sandbox does not start; only pages of this machine are opened.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
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
        const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } })
        await page.goto(lab.address.replace('/lab?', '/lab/tree/out/browser-05.ipynb?'))
        await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: MINUTES })
        await page.getByText('TypeScript (flatland) | Idle').waitFor({ timeout: MINUTES })
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
        await chooseFromMenu(page, 'Settings', 'Theme', 'JupyterLab Dark')
        await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' })
        await showFirstChart(page)
        await page.screenshot({ path: join(out, 'lab-dark.png') })
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
      expect(await plain.locator('.flatland-chart img').count()).toBe(CHARTS)
    },
  )
})

function findChromium(): string {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name, then the line below.
    }
  }
  throw new Error('Chromium is missing: these tests drive it. Install it, e.g. `apt install chromium`.')
}

function smokeProfile(notebook: string): string {
  const changed = notebook.replace("'paper' = 'lecture'", "'paper' = 'smoke'")
  if (changed === notebook)
    throw new Error('the parameters cell of notebook 05 has another form than this test knows')
  return changed
}

async function startLab(): Promise<{ address: string; stop: () => Promise<void> }> {
  const lab: ChildProcess = spawn(process.execPath, [flatland, 'lab', '--no-browser'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(lab, 'exit')
  const address = await new Promise<string>((resolve, reject) => {
    let printed = ''
    const listen = (chunk: Buffer): void => {
      printed += chunk.toString()
      const found = /http:\S+/.exec(printed)?.[0]
      if (found !== undefined) resolve(found)
    }
    lab.stdout?.on('data', listen)
    lab.stderr?.on('data', listen)
    lab.once('exit', () => {
      reject(new Error(`flatland lab ended: ${printed}`))
    })
  })
  return {
    address,
    stop: async () => {
      lab.kill('SIGTERM')
      await ended
    },
  }
}

async function chooseFromMenu(page: Page, ...path: [string, ...string[]]): Promise<void> {
  const [menu, ...items] = path
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${menu}$`) }).click()
  for (const item of items) {
    const entry = page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${item}$`) }).last()
    await entry.hover()
    await entry.click()
  }
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
