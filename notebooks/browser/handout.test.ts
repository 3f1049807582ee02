import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jupyterDisplay, lineChart, table } from '@flatland/charts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { flatland, MINUTES, out } from './jupyterlab.ts'
import { faultsOf, openOffline } from './offline-page.ts'

/**
 * Pages as their readers have them, in a real Chromium: a small one that holds whatever a notebook may, and that of
 * notebook 08, the largest. Screenshots and PDFs are left in `notebooks/out`, to be looked at.
 */
const attack = '</script><script>alert("a")</script><img src=x onerror=alert(1)>'
const DESKTOP = { viewport: { width: 1250, height: 900 } }
const PHONE = { viewport: { width: 390, height: 844 } }
/** What stays of an A4 page, in CSS pixels, with margins of 1.5 cm. */
const PAPER = { viewport: { width: 680, height: 1009 } }

let browser: Browser
const pages: Record<string, string> = {}

beforeAll(async () => {
  browser = await launchChromium()
  pages['small'] = await smallPage()
  pages['08'] = pageOf08()
}, 6 * MINUTES)

afterAll(async () => {
  await browser.close()
})

test('the network is watched: a page that asks for an image is found out', async () => {
  const page = join(out, 'browser-asks.html')
  writeFileSync(page, '<img src="http://elsewhere.example/a.png">')
  const { requests } = await open(page)
  expect(requests).toEqual(['http://elsewhere.example/a.png'])
})

describe.each(['small', '08'])('the page of %s', name => {
  test.each([true, false])('asks the network for nothing (scripts: %s)', async javaScriptEnabled => {
    const { page, requests } = await open(pages[name] ?? '', { javaScriptEnabled })
    await page.evaluate('document.querySelectorAll("details").forEach(each => { each.open = true })')
    // What is below the fold may be fetched only there.
    await page.mouse.wheel(0, 1e6)
    await page.waitForTimeout(500)
    expect(requests).toEqual([])
    await page.context().close()
  })

  test('has live charts, and drawn ones where scripts are off', async () => {
    const { page } = await open(pages[name] ?? '')
    const specs = await page.locator('.flatland-chart > script').count()
    expect(specs).toBeGreaterThan(0)
    await expect
      .poll(() => page.locator('.flatland-chart svg.marks').count(), { timeout: MINUTES })
      .toBe(specs)
    expect(await page.locator('.flatland-chart:has(> script) > img').count()).toBe(0)

    const { page: plain } = await open(pages[name] ?? '', { javaScriptEnabled: false })
    expect(await plain.locator('.flatland-chart:has(> script) > img').count()).toBe(specs)
    const undrawn = await plain.evaluate(
      '[...document.images].filter(each => !each.complete || each.naturalWidth === 0 || each.alt === "").length',
    )
    expect(undrawn).toBe(0)
    expect(await plain.locator('.fold').isVisible()).toBe(false)
    await Promise.all([page.context().close(), plain.context().close()])
  })

  test.each([
    ['light', 'desktop', DESKTOP],
    ['dark', 'desktop', DESKTOP],
    ['light', 'phone', PHONE],
    ['dark', 'phone', PHONE],
  ] as const)(
    'has no fault for axe, and never scrolls sideways (%s, %s)',
    async (colorScheme, device, size) => {
      const { page } = await open(pages[name] ?? '', { ...size, colorScheme })
      const picture = join(out, `handout-${name}-${colorScheme}-${device}.png`)
      await page.screenshot({ path: picture, fullPage: true })
      if (await page.locator('.fold').isVisible()) await page.locator('.fold').click()
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.viewport.width)
      await page.context().close()
    },
  )

  test('on paper: all within the page, charts and rows whole, folded code left out', async () => {
    const { page } = await open(pages[name] ?? '', { ...PAPER, colorScheme: 'dark' })
    await page.locator('.code summary').first().click()
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('details.code:visible').count()).toBe(1)
    expect(await page.locator('nav:visible, .code summary:visible').count()).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await outsideOf(page, PAPER.viewport)).toEqual([])
    const parted = `[...document.querySelectorAll('figure, tr')]
      .filter(each => getComputedStyle(each).breakInside !== 'avoid').length`
    expect(await page.evaluate(parted)).toBe(0)
    await page.pdf({ path: join(out, `handout-${name}.pdf`), format: 'A4' })
    await page.context().close()
  })

  test('is under 4 MB', () => {
    expect(statSync(pages[name] ?? '').size).toBeLessThan(4e6)
  })
})

test('what a notebook says shows as text, in live charts too', async () => {
  const { page, dialogs } = await open(pages['small'] ?? '')
  const title = page.locator('.flatland-chart svg.marks text', { hasText: 'alert("a")' })
  await title.first().waitFor()
  expect(await page.locator('.error').textContent()).toContain(attack)
  await page.waitForTimeout(300)
  expect(dialogs).toEqual([])
  await page.context().close()
})

test('code unfolds one by one and all at once, with the keyboard too', async () => {
  const { page } = await open(pages['small'] ?? '')
  const shown = page.locator('details.code pre:visible')
  expect(await shown.count()).toBe(0)
  await page.locator('.code summary').first().focus()
  await page.keyboard.press('Enter')
  expect(await shown.count()).toBe(1)
  const button = page.locator('.fold')
  await button.focus()
  await page.keyboard.press('Enter')
  expect(await shown.count()).toBe(2)
  expect(await button.textContent()).toBe('Hide all code')
  await button.click()
  expect(await shown.count()).toBe(0)
  expect(await button.textContent()).toBe('Show all code')
  await page.context().close()
})

test('links are written out on paper', async () => {
  const { page } = await open(pages['small'] ?? '')
  const after = `getComputedStyle(document.querySelector('main a[href^="https"]'), '::after').content`
  expect(await page.evaluate(after)).toBe('none')
  await page.emulateMedia({ media: 'print' })
  expect(await page.evaluate(after)).toContain('https://elsewhere.example/')
  await page.context().close()
})

function open(file: string, options: BrowserContextOptions = {}) {
  return openOffline(browser, file, options)
}

/** Charts, tables, code and formulas that the page's edges would cut, and charts that are higher than a page. */
function outsideOf(page: Page, { width, height }: { width: number; height: number }): Promise<string[]> {
  return page.evaluate(
    ([right, most]) =>
      [...document.querySelectorAll('main :is(figure, img, svg, table, pre, p)')]
        .filter(each => {
          const box = each.getBoundingClientRect()
          return box.right > right + 1 || box.left < -1 || (each.tagName === 'FIGURE' && box.height > most)
        })
        .map(each => each.outerHTML.slice(0, 100)),
    [width, height] as const,
  )
}

async function smallPage(): Promise<string> {
  const x = Array.from({ length: 20 }, (_, i) => i)
  const chart = lineChart({
    title: attack,
    x: { field: 'step', title: 'step' },
    y: { field: 'loss', title: 'loss' },
    rows: x.map(step => ({ step, loss: Math.exp(-step / 5) })),
  })
  const wide = table([Object.fromEntries(x.map(i => [`column number ${i}`, i * 1000]))])
  const shown = (data: object) => ({ output_type: 'display_data', data, metadata: {} })
  const code = (source: string, outputs: object[]) => {
    return { cell_type: 'code', execution_count: 1, metadata: {}, source, outputs }
  }
  const cells = [
    {
      cell_type: 'markdown',
      metadata: {},
      source: `# Small\n\n$f(x) = x^2$ and [a link](https://elsewhere.example/)\n\n$$${'x + '.repeat(80)}x$$\n\n${attack}\n\n## Part`,
    },
    code(`const attack = '${attack}' // ${'long '.repeat(60)}`, [
      shown(await chart[jupyterDisplay]()),
      shown(wide[jupyterDisplay]()),
      { output_type: 'stream', name: 'stdout', text: 'w'.repeat(300) },
    ]),
    code('throw new Error(attack)', [
      {
        output_type: 'error',
        ename: 'Error',
        evalue: attack,
        traceback: [`\u001b[31mError\u001b[39m: ${attack}`],
      },
    ]),
  ]
  const executed = join(out, 'browser-small.ipynb')
  writeFileSync(executed, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }))
  return pageOf(executed, executed, join(out, 'browser-small.html'))
}

/** Of the run in `smoke` that comes before these tests. */
function pageOf08(): string {
  const executed = join(out, '08-sharp-and-flat-minima.smoke.ipynb')
  if (!existsSync(executed)) throw new Error(`${executed} is missing: run \`npx nx smoke notebooks\` first.`)
  return pageOf('08', executed, join(out, 'browser-08.html'))
}

function pageOf(notebook: string, executed: string, page: string): string {
  execFileSync(process.execPath, [flatland, 'handout', notebook, '--from', executed, '-o', page], {
    stdio: 'ignore',
  })
  if (readFileSync(page).length === 0) throw new Error(`${page} is empty`)
  return page
}
