import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'

const notebooks = join(import.meta.dirname, '..')
/** Where the tests write; git ignores it. */
export const out = join(notebooks, 'out')
export const flatland = join(notebooks, '..', 'tools', 'cli', 'bin', 'flatland.mjs')
/** In ms. */
export const MINUTES = 60_000

export interface Lab {
  address: string
  stop: () => Promise<void>
}

/** JupyterLab on the notebooks of this clone. */
export function startLab(): Promise<Lab> {
  return labOf(process.execPath, [flatland, 'lab', '--no-browser'])
}

/**
 * Runs a program that ends up as JupyterLab, and waits for the address that it prints.
 *
 * @param options.cwd where it runs
 * @param options.env its environment
 */
export async function labOf(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Lab> {
  // A process group of its own, so that all of it can be ended at once, as Ctrl-C in a terminal does.
  const lab = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(lab, 'exit')
  return {
    address: await printedAddress(lab),
    stop: async () => {
      if (lab.pid !== undefined && lab.exitCode === null) process.kill(-lab.pid, 'SIGINT')
      await ended
    },
  }
}

function printedAddress(lab: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const listen = (chunk: Buffer): void => {
      printed += chunk.toString()
      const found = /http:\S+token=\S+/.exec(printed)?.[0]
      if (found !== undefined) resolve(found)
    }
    lab.stdout?.on('data', listen)
    lab.stderr?.on('data', listen)
    lab.once('error', reject)
    lab.once('exit', () => {
      reject(new Error(`JupyterLab ended: ${printed}`))
    })
  })
}

/** Opens `out/<file>`, with its kernel ready. */
export async function openNotebook(browser: Browser, address: string, file: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } })
  // Not what an earlier page has left open.
  await page.goto(address.replace('/lab?', `/lab/tree/out/${file}?reset&`))
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: MINUTES })
  await kernelReady(page)
  return page
}

export async function kernelReady(page: Page): Promise<void> {
  await page.getByText('TypeScript (flatland) | Idle').waitFor({ timeout: 2 * MINUTES })
}

export async function chooseFromMenu(page: Page, ...path: [string, ...string[]]): Promise<void> {
  const [menu, ...items] = path
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${menu}$`) }).click()
  for (const item of items) {
    const entry = page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${item}$`) }).last()
    await entry.hover()
    await entry.click()
  }
}

/** JupyterLab remembers the theme for all that is opened later. */
export async function chooseTheme(page: Page, theme: 'Light' | 'Dark'): Promise<void> {
  await chooseFromMenu(page, 'Settings', 'Theme', `JupyterLab ${theme}`)
  await page
    .locator(`body[data-jp-theme-light="${String(theme === 'Light')}"]`)
    .waitFor({ state: 'attached' })
  // It covers the page while the colours change.
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' })
}

/** The code cell at `index`, from 0. */
function codeCell(page: Page, index: number): Locator {
  return page.locator('.jp-Notebook .jp-CodeCell').nth(index)
}

/** Runs the cell as a reader does, with Ctrl-Enter, and does not wait for its end. */
export async function startCell(page: Page, index: number): Promise<void> {
  await codeCell(page, index).locator('.cm-content').click()
  await page.keyboard.press('Control+Enter')
}

/** All that stands below the cell. */
export async function outputOf(page: Page, index: number): Promise<string> {
  return (await codeCell(page, index).locator('.jp-OutputArea-output').allTextContents()).join('')
}

const kernelspec = { name: 'flatland', display_name: 'TypeScript (flatland)', language: 'typescript' }

/** The text of a notebook with these code cells, run or not. */
export function notebookOf(cells: readonly { source: string; outputs?: readonly object[] }[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec },
    cells: cells.map(({ source, outputs = [] }, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      source,
      outputs,
    })),
  })
}
