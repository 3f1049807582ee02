import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test, vi } from 'vitest'
import { TOLERANCE } from '../test/hessian-check.ts'
import type { stockErrors } from '../test/stock-errors.ts'
import { useBackend } from './backend.ts'

const run = promisify(execFile)
const library = join(import.meta.dirname, '..')

test('without the mend the same check fails: stock TensorFlow.js is wrong for tanh, sigmoid and logSoftmax', async () => {
  const script = `import { stockErrors } from './test/stock-errors.ts'
    const errors = await stockErrors('Tanh', 'Sigmoid', 'logSoftmax', 'Relu')
    process.stdout.write(JSON.stringify(errors))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: library })
  const errors = JSON.parse(stdout) as Awaited<ReturnType<typeof stockErrors>>
  const [tanh, sigmoid, logSoftmax, relu] = errors.map(error => error ?? NaN) as [
    number,
    number,
    number,
    number,
  ]
  expect(Math.min(tanh, sigmoid, logSoftmax)).toBeGreaterThan(5 * TOLERANCE)
  expect(relu).toBeLessThan(TOLERANCE)
})

test('the tape is mended once, however often the library is loaded', async () => {
  await useBackend('cpu')
  const engine = tf.engine() as unknown as { addTapeNode: unknown }
  const mended = engine.addTapeNode
  vi.resetModules()
  await import('./index.ts')
  expect(engine.addTapeNode).toBe(mended)
})

// tanh″(0.5) = −2·tanh·(1 − tanh²)
const SECOND_DERIVATIVE = `
  const second = tf.grad(x => tf.grad(tf.tanh)(x))(tf.scalar(0.5)).dataSync()[0]
  process.stdout.write(String(second))`

test.each<[how: string, script: string, options: string[]]>([
  ['as a module, without useBackend', "import * as tf from '@tensorflow/tfjs'; import '@flatland/tensor'; await tf.setBackend('cpu');", ['--input-type=module']], // prettier-ignore
  ["by require, through tsx, as in a notebook's kernel", "require('tsx/cjs'); const tf = require('@tensorflow/tfjs'); require('@flatland/tensor'); tf.setBackend('cpu');", ['--input-type=commonjs']], // prettier-ignore
])('loaded %s, the second derivative of tanh is right', async (_, script, options) => {
  const { stdout } = await run(process.execPath, [...options, '-e', script + SECOND_DERIVATIVE], {
    cwd: library,
  })
  const t = Math.tanh(0.5)
  expect(Number(stdout)).toBeCloseTo(-2 * t * (1 - t * t), 5)
})
