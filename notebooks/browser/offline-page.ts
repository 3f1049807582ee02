import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { MINUTES } from './jupyterlab.ts'

/** A page from a file, and what it did. */
export interface OfflinePage {
  readonly page: Page
  /** Addresses that it asked the network for. */
  readonly requests: readonly string[]
  readonly dialogs: readonly string[]
  /** Errors and warnings of its scripts. */
  readonly complaints: readonly string[]
}

const DESKTOP = { viewport: { width: 1250, height: 900 } }

/** Opens a page with all of the network but files cut off, and waits until its charts are live. */
export async function openOffline(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<OfflinePage> {
  const context = await browser.newContext({ ...DESKTOP, ...options })
  const requests: string[] = []
  const dialogs: string[] = []
  const complaints: string[] = []
  await context.route(/^(?!file:|data:|blob:)/, route => route.abort())
  const page = await context.newPage()
  page.on('request', request => {
    if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url())
  })
  page.on('dialog', dialog => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.goto(pathToFileURL(file).href)
  if (options.javaScriptEnabled !== false) await untilLive(page)
  return { page, requests, dialogs, complaints }
}

async function untilLive(page: Page): Promise<void> {
  const waiting = page.locator('.flatland-chart:has(> script):not(:has(svg.marks))')
  await expect.poll(() => waiting.count(), { timeout: MINUTES }).toBe(0)
}

/** What axe finds wrong with the page, each in a line. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html }) => `${id} (${impact ?? ''}): ${html.slice(0, 200)}`),
  )
}
