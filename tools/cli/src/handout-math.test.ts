import { expect, test } from 'vitest'
import { typeset } from './handout-math.ts'

const page = (tex: string, display = '') =>
  `<html><body class="b"><p><span class="flatland-math${display}">${tex}</span></p></body></html>`

test('a page without math stays as it is, and gets no style', async () => {
  const html = '<body>$5 and <span class="math">x</span></body>'
  expect(await typeset(html)).toEqual({ html, css: '' })
})

test('TeX is taken as it was before it was escaped', async () => {
  const { html, css } = await typeset(page(String.raw`a &lt; \begin{matrix} b &amp; c \end{matrix}`))
  expect(html).toContain('>&lt;</mo>')
  expect(html.split('<mtd>')).toHaveLength(3)
  expect(html).not.toContain('flatland-math')
  expect(css).toContain('mjx-container')
})

test('display math can be reached by the keyboard, math in a line cannot', async () => {
  expect((await typeset(page('x', ' display'))).html).toContain('<mjx-container tabindex="0"')
  expect((await typeset(page('x'))).html).not.toContain('tabindex')
})

test('each page has the letters that it uses and no others', async () => {
  const letters = (html: string) => [...html.matchAll(/<path id="([^"]+)"/g)].map(([, id]) => id)
  const first = letters((await typeset(page('xyz'))).html)
  const second = letters((await typeset(page('x'))).html)
  expect(first).toHaveLength(3)
  expect(second).toEqual(first.slice(0, 1))
})

test('numbers of equations and labels begin anew with each page', async () => {
  const tex = '\\begin{equation}x\\label{a}\\end{equation}'
  const first = await typeset(page(tex, ' display'))
  expect(await typeset(page(tex, ' display'))).toEqual(first)
})

test.each([
  ['a link', String.raw`\href{javascript:alert(1)}{x}`],
  ['a token', String.raw`\mmlToken{mi}[href="javascript:alert(1)"]{x}`],
])('%s that would run a script does not', async (_, tex) => {
  const { html } = await typeset(page(tex))
  expect(html).not.toContain('javascript')
})

test('a style that would cover the page does not', async () => {
  const { html } = await typeset(page(String.raw`\style{position:fixed; color:red}{x}`))
  expect(html).toContain('color: red')
  expect(html).not.toContain('position: fixed')
})

test('what is no TeX shows MathJax’s message in its place', async () => {
  expect((await typeset(page(String.raw`\frac{1`))).html).toContain('Missing close brace')
})
