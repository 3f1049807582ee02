import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'

export const notebooks = join(import.meta.dirname, '..')
/** Where the tests write; git ignores it. */
export const out = join(notebooks, 'out')
export const flatland = join(notebooks, '..', 'tools', 'cli', 'bin', 'flatland.mjs')
/** In ms. */
export const MINUTES = 60_000

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    // Containers run as root, where Chromium's sandbox does not start; only pages of this machine are opened.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
}

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

export interface Lab {
  address: string
  stop: () => Promise<void>
}

export async function startLab(): Promise<Lab> {
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

/** Opens `out/<file>`, with its kernel ready. */
export async function openNotebook(browser: Browser, lab: Lab, file: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1300, height: 1400 } })
  // Not what an earlier page has left open.
  await page.goto(lab.address.replace('/lab?', `/lab/tree/out/${file}?reset&`))
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: MINUTES })
  await page.getByText('TypeScript (flatland) | Idle').waitFor({ timeout: MINUTES })
  return page
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
