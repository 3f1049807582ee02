import { afterAll, beforeAll, expect, test } from 'vitest'
import { startKernel, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'
import { resultText } from './result-text.ts'

const folder = notebookFolder()
let kernel: KernelClient

beforeAll(async () => {
  kernel = await startKernel(folder.path)
})
afterAll(async () => {
  await kernel.close()
  folder.remove()
})

const size = 10_000_000

test('a cell of 10 MB runs', async () => {
  const text = 'x'.repeat(size)
  expect(resultText(await kernel.execute(`const text = '${text}'\ntext.length`))).toBe(String(size))
  expect(resultText(await kernel.execute(`/* ${text} */ 1 + 2`))).toBe('3')
})

test('a cell of 10 MB that is none is refused', async () => {
  const { reply } = await kernel.execute('('.repeat(100_000))
  expect(reply).toMatchObject({ status: 'error' })
  expect((await kernel.execute(`const 5 = '${'x'.repeat(size)}'`)).reply).toMatchObject({
    ename: 'CompileError',
  })
})

test('an output of 10 MB comes whole: on one line, in many, as a result', async () => {
  const line = await kernel.execute(`console.log('x'.repeat(${size}))`)
  expect(line.stream('stdout')).toHaveLength(size + 1)
  const lines = await kernel.execute(`for (let i = 0; i < ${size / 10}; i++) console.log('123456789')`)
  expect(lines.stream('stdout')).toHaveLength(size)
  const shown = await kernel.execute(
    `({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'x'.repeat(${size}) }) })`,
  )
  expect(resultText(shown)).toHaveLength(size)
})
