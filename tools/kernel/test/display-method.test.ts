import { describe, expect, test } from 'vitest'
import { openNotebook, plainText } from './open-notebook.ts'

const { kernel } = openNotebook()

describe('display', () => {
  const bundle = "{ 'text/plain': 'as text', 'text/html': '<b>rich</b>' }"

  test.each([`() => (${bundle})`, `async () => (${bundle})`])(
    'the last expression may show itself: %s',
    async method => {
      const answer = await kernel().execute(`({ [Symbol.for('Jupyter.display')]: ${method} })`)
      expect(answer.of('execute_result')).toMatchObject([
        { data: { 'text/plain': 'as text', 'text/html': '<b>rich</b>' } },
      ])
    },
  )

  test('display() needs no import, is typed, and is done before the cell ends', async () => {
    const slow = `{ [Symbol.for('Jupyter.display')]: async () => { await new Promise(r => setTimeout(r, 50)); return ${bundle} } }`
    const answer = await kernel().execute(`const shown: Promise<void> = display(${slow})\ndisplay(7)`)
    expect(answer.of('display_data').map(plainText)).toEqual(['as text', '7'])
  })

  test('display() is done also before an error', async () => {
    const slow = `{ [Symbol.for('Jupyter.display')]: async () => { await new Promise(r => setTimeout(r, 50)); return ${bundle} } }`
    const answer = await kernel().execute(`display(${slow})\nthrow new Error('after')`)
    expect(answer.outputs.map(({ type }) => type)).toEqual(['execute_input', 'display_data', 'error'])
  })

  test('what a display method throws is an error of the cell', async () => {
    const thrower = "{ [Symbol.for('Jupyter.display')]: () => Promise.reject(new RangeError('no picture')) }"
    const answers = [await kernel().execute(`display(${thrower}); 1`), await kernel().execute(`(${thrower})`)]
    expect(answers.map(({ reply }) => reply['ename'])).toEqual(['RangeError', 'RangeError'])
  })
})
