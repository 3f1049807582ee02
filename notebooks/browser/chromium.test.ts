import { expect, test } from 'vitest'
import { launchBrought } from './chromium.ts'
import { MINUTES } from './jupyterlab.ts'

test('the Chromium among the packages starts and draws text', { timeout: 2 * MINUTES }, async () => {
  const browser = await launchBrought()
  try {
    expect(browser.version()).toMatch(/^\d+\./)
    const page = await browser.newPage()
    await page.setContent('<span style="font: 20px system-ui, sans-serif">i</span><span>WWW</span>')
    const widths = await page
      .locator('span')
      .evaluateAll(spans => spans.map(span => span.getBoundingClientRect().width))
    // Without a font every letter is an empty box, as wide as any other, or nothing at all.
    expect(widths[0]).toBeGreaterThan(0)
    expect(widths[1]).toBeGreaterThan(4 * (widths[0] ?? 0))
  } finally {
    await browser.close()
  }
})
