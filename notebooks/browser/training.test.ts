import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { chooseTheme, MINUTES, notebookOf, openNotebook, out, outputOf, startCell } from './jupyterlab.ts'

/**
 * What readers do all day, in JupyterLab: stop a training on MNIST, change the learning rate, and go on with the weights
 * that are there. Screenshots are left in `notebooks/out`, to be looked at.
 */
const lab = inject('lab')
let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
})

const setUp = `import { batches, mnist } from '@flatland/datasets'
import { initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

await useBackend('auto')
const { train } = await mnist()
const network = mlp({ inputs: 784, hidden: [64], classes: 10 })
const parameters = initialParameters(network, randomStream(0))
let learningRate = 0.01
let step = 0
let average: number | undefined

function update({ images, labels, size }: { images: Float32Array; labels: Int32Array; size: number }) {
  const loss = tf.tidy(() => {
    const x = tf.tensor2d(images, [size, 784])
    const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat()
    const optimizer = tf.train.sgd(learningRate)
    return optimizer.minimize(() => crossEntropy(network.logits(parameters, x), y), true, parameters)!.dataSync()[0]!
  })
  average = average === undefined ? loss : 0.95 * average + 0.05 * loss
  if (step++ % 20 === 0) console.log(\`step \${step} loss \${average.toFixed(3)} rate \${learningRate}\`)
}`

const training = (pause: string) => `for (let epoch = 0; ; epoch++) {
  for (const batch of batches(train, { batchSize: 64, epoch })) {
    update(batch)
    ${pause}
  }
}`

test.each([
  ['asynchronous', 'await tf.nextFrame()'],
  ['synchronous', '// without a pause'],
])(
  'an %s training is stopped and goes on with another rate',
  { timeout: 3 * MINUTES },
  async (kind, pause) => {
    const file = `browser-${kind}-training.ipynb`
    write(file, [setUp, training(pause), 'learningRate = 0.05'])
    const page = await openNotebook(browser, lab, file)
    try {
      await startCell(page, 0)
      await ended(page, 0)

      await startCell(page, 1)
      const before = await stopAfter(page, 5)
      await startCell(page, 2)
      await ended(page, 2)
      await startCell(page, 1)
      await page.screenshot({ path: join(out, `training-${kind}-running.png`) })
      const after = await stopAfter(page, 5)

      expect(new Set(before.map(({ rate }) => rate))).toEqual(new Set([0.01]))
      expect(new Set(after.map(({ rate }) => rate))).toEqual(new Set([0.05]))
      // Steps are printed one in twenty: the first after the stop is the next in the row.
      expect(after[0]?.step).toBe((before.at(-1)?.step ?? 0) + 20)
      expect(after[0]?.loss).toBeLessThan(before[0]?.loss ?? 0)
      expect(after.at(-1)?.loss).toBeLessThan(after[0]?.loss ?? 0)

      await page.screenshot({ path: join(out, `training-${kind}-light.png`) })
      await chooseTheme(page, 'Dark')
      await page.screenshot({ path: join(out, `training-${kind}-dark.png`) })
      await chooseTheme(page, 'Light')
    } finally {
      await page.close()
      rmSync(join(out, file), { force: true })
    }
  },
)

test('a kernel that a cell ends says so, and starts again', { timeout: 2 * MINUTES }, async () => {
  const file = 'browser-exit.ipynb'
  write(file, ['const before = 1', 'process.exit(3)', 'typeof before'])
  const page = await openNotebook(browser, lab, file)
  try {
    await startCell(page, 0)
    await ended(page, 0)
    await startCell(page, 1)
    await expect.poll(() => outputOf(page, 1), { timeout: MINUTES }).toMatch(/KernelDied.*3/s)
    const notice = page.locator('.jp-Dialog', { hasText: 'restart automatically' })
    await notice.waitFor({ timeout: MINUTES })
    await page.screenshot({ path: join(out, 'kernel-died.png') })
    await notice.getByRole('button', { name: 'Ok' }).click()
    // JupyterLab's status line tells of the new kernel only when it has run something.
    await startCell(page, 2)
    // The variables are gone with the old one.
    await expect.poll(() => outputOf(page, 2), { timeout: MINUTES }).toContain("Cannot find name 'before'")
  } finally {
    await page.close()
    rmSync(join(out, file), { force: true })
  }
})

function write(file: string, sources: string[]): void {
  writeFileSync(join(out, file), notebookOf(sources.map(source => ({ source }))))
}

/** Waits until the cell has its number. */
async function ended(page: Page, index: number): Promise<void> {
  const prompt = page.locator('.jp-CodeCell .jp-InputPrompt').nth(index)
  await expect.poll(() => prompt.textContent(), { timeout: MINUTES }).toMatch(/\[\d+\]/)
}

interface Printed {
  step: number
  loss: number
  rate: number
}

/** Presses ■ when the training, cell 1, has printed `lines` lines; gives what it had printed in the end. */
async function stopAfter(page: Page, lines: number): Promise<Printed[]> {
  await expect
    .poll(async () => printedIn(await outputOf(page, 1)).length, { timeout: MINUTES })
    .toBeGreaterThan(lines)
  await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]').click()
  await expect.poll(() => outputOf(page, 1), { timeout: MINUTES }).toContain('Interrupted')
  await ended(page, 1)
  return printedIn(await outputOf(page, 1))
}

function printedIn(text: string): Printed[] {
  return [...text.matchAll(/step (\d+) loss ([\d.]+) rate ([\d.]+)/g)].map(([, step, loss, rate]) => ({
    step: Number(step),
    loss: Number(loss),
    rate: Number(rate),
  }))
}
