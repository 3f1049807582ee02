import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes } from 'parse5'
import { beforeAll, expect, test } from 'vitest'
import { code, markdown, notebook, start, temporaryFolder } from './test-support.ts'

const folder = temporaryFolder()
const attack = '</script><script>alert("a")</script><img src=x onerror=alert(1)>'
const title = `<title>${attack.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</title>`
const svg =
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" class="marks">${title}<g aria-label="a point" role="img">` +
  `<path class="foreground" d="M0,0" display="none"/><path d="M0,1h2" fill="#0d6ddd"/></g><g/></svg>`
/** Without what an image does not show. */
const smallSvg =
  `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${title}<g>` +
  `<path d="M0,1h2" fill="#0d6ddd" /></g></svg>`
const spec = { title: attack, mark: 'point', data: { values: [{ x: 1, label: attack }] } }

const executed = notebook([
  markdown(
    'prose',
    `# A title\n\nMath $a<b$, and \\$5.\n\n$$\\href{javascript:alert(5)}{x}$$\n\n## Part *one*\n\n### Part one\n\n${attack}\n\n<iframe src="http://elsewhere.example"></iframe> ![in words](http://elsewhere.example/a.png)`,
  ),
  {
    ...code('chart', `const attack = '${attack}'`),
    outputs: [
      { output_type: 'stream', name: 'stdout', text: attack },
      display({
        'application/vnd.vegalite.v5+json': spec,
        'image/svg+xml': svg,
        'text/plain': `${attack}\n\na table`,
      }),
      display({
        'text/html': `<p onclick="alert(2)">kept</p><a href="javascript:alert(3)">link</a>${attack}`,
      }),
      display({
        'text/html':
          '<progress value="1" max="2" aria-label="training"></progress>' +
          '<span style="background-color: rgba(1, 2, 3, 0.5); position: fixed; background-image: url(http://elsewhere.example)">7</span>',
      }),
      display({ 'application/javascript': 'alert(4)', 'text/plain': 'text instead of a script' }),
      display({
        'image/svg+xml': `<svg><span class="flatland-math">x</span><template id="flatland-scripts"></template>`,
        'text/plain': 'not well-formed',
      }),
      display({ 'application/vnd.vegalite.v5+json': spec, 'text/plain': 'Not drawn\n\na table' }),
      display({ 'text/latex': '$\\frac{1}{2}$', 'text/plain': '½' }),
      { output_type: 'error', ename: 'Error', evalue: attack, traceback: [`Error: ${attack}`] },
    ],
  },
])

function display(data: Record<string, unknown>) {
  return { output_type: 'display_data', data, metadata: {} }
}

interface Tag {
  name: string
  attributes: Record<string, string>
  /** The text inside it and inside what it holds. */
  text: string
}

let page = ''
let tags: Tag[] = []

beforeAll(async () => {
  writeFileSync(join(folder, 'executed.ipynb'), JSON.stringify(executed))
  const { code: exit, stderr } = await start(
    ['handout', 'executed.ipynb', '--from', 'executed.ipynb', '-o', 'new/page.html'],
    folder,
  ).ended
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  page = readFileSync(join(folder, 'new', 'page.html'), 'utf8')
  tags = elementsIn(parse(page))
})

const named = (...names: string[]) => tags.filter(({ name }) => names.includes(name))

test('nothing in it asks the network', () => {
  expect(named('iframe', 'link', 'object', 'embed', 'base')).toEqual([])
  const sources = tags.flatMap(({ attributes }) =>
    [attributes['src'] ?? [], attributes['srcset'] ?? []].flat(),
  )
  expect(sources.filter(source => !source.startsWith('data:image/'))).toEqual([])
  for (const { text } of named('style')) expect(text).not.toMatch(/@import|url\(["']?(?!["']?data:)/)
})

test('only our own scripts may run, and the policy names exactly them', () => {
  const policy = named('meta').find(
    ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
  )
  const content = policy?.attributes['content'] ?? ''
  const running = named('script').filter(({ attributes }) => attributes['type'] === undefined)
  const hashes = running.map(({ text }) => `sha256-${createHash('sha256').update(text).digest('base64')}`)
  expect(hashes).toHaveLength(4)
  expect(content.match(/sha256-[^']+/g)).toEqual(hashes)
  expect(content).toContain("default-src 'none'")
  // A policy holds only for what comes after it.
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<script'))
})

test('what a notebook says shows as text', () => {
  const handlers = tags
    .flatMap(({ attributes }) => Object.keys(attributes))
    .filter(name => name.startsWith('on'))
  expect(handlers).toEqual([])
  expect(tags.filter(({ attributes }) => /^\s*(javascript|data):/i.test(attributes['href'] ?? ''))).toEqual(
    [],
  )
  const types = named('script').map(({ attributes }) => attributes['type'])
  expect(types.filter(type => type !== undefined)).toEqual(['application/json', 'application/json'])

  const shown = named('main')[0]?.text ?? ''
  // Code, stream, HTML and error; in prose the sanitiser puts a stray end tag elsewhere, and it is text all the same.
  expect(shown.split('<script>alert("a")</script>')).toHaveLength(5)
  expect(shown.split('alert("a")')).toHaveLength(6)
  expect(shown).toContain('kept')
  expect(shown).toContain('in words')
  expect(shown).toContain('text instead of a script')
})

test('tables and progress bars keep their looks, and nothing that could cover the page', () => {
  expect(named('progress').map(({ attributes }) => attributes)).toEqual([
    { value: '1', max: '2', 'aria-label': 'training' },
  ])
  const styles = named('span').map(({ attributes }) => attributes['style'])
  expect(styles.filter(style => style !== undefined)).toEqual(['background-color: rgba(1, 2, 3, 0.5);'])
})

test('the chart is there twice: live, and drawn for when scripts are off', () => {
  const data = named('script').filter(({ attributes }) => attributes['type'] === 'application/json')
  expect(data.map(({ text }) => JSON.parse(text) as unknown)).toEqual([spec, spec])
  const drawn = named('img').map(({ attributes }) => [attributes['alt'], attributes['src']])
  expect(drawn).toHaveLength(2)
  expect(drawn[0]?.[0]).toBe(attack)
  expect(decodeURIComponent(drawn[0]?.[1]?.replace('data:image/svg+xml,', '') ?? '')).toBe(smallSvg)
  // What cannot be made smaller stays as it is, and what was never drawn is a table.
  expect(decodeURIComponent(drawn[1]?.[1] ?? '')).toMatch(/<span class="flatland-math">x<\/span>/)
  expect(named('figure').at(-1)?.text).toContain('Not drawn\n\na table')
})

test('math is typeset: SVG for the eye, MathML for screen readers, and no MathJax in the page', () => {
  expect(named('mjx-container').map(({ attributes }) => attributes['display'])).toEqual([
    undefined,
    'true',
    undefined,
  ])
  expect(named('math')[0]?.text).toBe('a<b')
  // Letters are drawn once, and used.
  const drawn = new Set(named('path').map(({ attributes }) => attributes['id']))
  const used = named('use').map(({ attributes }) => attributes['href']?.slice(1))
  expect(used.length).toBeGreaterThan(3)
  expect(used.filter(id => !drawn.has(id))).toEqual([])
  expect(named('script').some(({ text }) => text.includes('MathJax'))).toBe(false)
  expect(named('main')[0]?.text).toContain('and $5.')
})

test('every heading is in the table of contents, and so is the end', () => {
  const targets = new Set(tags.map(({ attributes }) => attributes['id']))
  const links =
    named('nav').length === 1
      ? named('a').filter(({ attributes }) => attributes['href']?.startsWith('#'))
      : []
  expect(links.map(({ text }) => text)).toEqual([
    'To the text',
    'A title',
    'Part one',
    'Part one',
    'How this page was made',
  ])
  const hrefs = links.map(({ attributes }) => attributes['href']?.slice(1))
  expect(new Set(hrefs).size).toBe(5)
  expect(hrefs.filter(id => !targets.has(id))).toEqual([])
})

test('code is folded, and says how long it is', () => {
  const folded = named('details').filter(({ attributes }) => attributes['class'] === 'code')
  expect(folded.map(({ attributes }) => 'open' in attributes)).toEqual([false])
  expect(named('summary').map(({ text }) => text)).toEqual(['Contents', 'Code · 1 line'])
})

test('the footer tells how the page was made', () => {
  const [made] = named('dd').slice(-1)
  expect(made?.text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC, flatland 0\.1\.0(, commit \S+)?$/)
})

test('it has a language, a title, a dark side that is not printed, and is far under 4 MB', () => {
  expect(named('html')[0]?.attributes['lang']).toBe('en')
  expect(named('title')[0]?.text).toBe('A title')
  expect(named('style').at(-1)?.text).toContain('@media screen and (prefers-color-scheme: dark)')
  expect(statSync(join(folder, 'new', 'page.html')).size).toBeLessThan(1.2e6)
})

test('without charts it has no Vega, and without code no scripts at all', async () => {
  writeFileSync(join(folder, 'prose.ipynb'), JSON.stringify(notebook([markdown('a', 'Only words.')])))
  const { code: exit, stderr } = await start(
    ['handout', 'prose.ipynb', '--from', 'prose.ipynb', '-o', 'prose.html'],
    folder,
  ).ended
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const prose = readFileSync(join(folder, 'prose.html'), 'utf8')
  expect(prose).toContain("script-src 'none'")
  expect(elementsIn(parse(prose)).filter(({ name }) => name === 'script')).toEqual([])
  expect(prose.length).toBeLessThan(1e5)
})

/** What a browser makes of the page: every element, in order. */
function elementsIn(node: DefaultTreeAdapterTypes.ParentNode): Tag[] {
  return node.childNodes
    .filter(child => tree.isElementNode(child))
    .flatMap(element => [
      {
        name: element.tagName,
        attributes: Object.fromEntries(element.attrs.map(({ name, value }) => [name, value])),
        text: textIn(element),
      },
      ...elementsIn(element),
    ])
}

function textIn(node: DefaultTreeAdapterTypes.ParentNode): string {
  return node.childNodes
    .map(child => (tree.isTextNode(child) ? child.value : 'childNodes' in child ? textIn(child) : ''))
    .join('')
}
