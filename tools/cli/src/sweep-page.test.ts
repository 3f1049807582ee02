import { parse, defaultTreeAdapter as tree, type DefaultTreeAdapterTypes } from 'parse5'
import { expect, test } from 'vitest'
import { sweepPage, type SweepRun } from './sweep-page.ts'

const attack = '</td><script>alert("a")</script><img src=x onerror=alert(1)>'
const claim = (statement: string, measured: string, verdict = 'holds') => ({
  statement,
  source: 's',
  measured,
  verdict,
})
const run = (value: string, claims: SweepRun['claims'], exit = 0): SweepRun => ({
  values: [value],
  exit,
  file: `06.rate=${value} [1]#?.ipynb`,
  claims,
})

/** The table, row by row, as text. */
function tableOf(runs: readonly SweepRun[]): string[][] {
  const page = sweepPage({ title: '06', fixed: ['seed=1'], names: ['rate'], runs, planned: 3 })
  return elements(parse(page), 'tr').map(row =>
    row.childNodes.filter(child => tree.isElementNode(child)).map(textIn),
  )
}

test('a column a run, a row a claim', () => {
  const runs = [
    run('0.1', [claim('A', '1 s'), claim('B', '2 s', 'does not hold')]),
    run('1', [claim('A', '3 s')]),
  ]
  expect(tableOf(runs)).toEqual([
    ['rate', '0.1', '1'],
    ['executed notebook', 'done', 'done'],
    ['A', 'holds1 s', 'holds3 s'],
    ['B', 'does not hold2 s', ''],
  ])
})

test('statements that hold their run’s numbers share a row by their place, and show', () => {
  const runs = [run('0.1', [claim('A at 0.1', '1')]), run('2', [], 1), run('1', [claim('A at 1', '3')])]
  expect(tableOf(runs)).toEqual([
    ['rate', '0.1', '2', '1'],
    ['executed notebook', 'done', 'failed', 'done'],
    ['A at 0.1', 'holds1', '', 'A at 1holds3'],
  ])
})

test('links lead to the executed notebooks beside it', () => {
  const page = sweepPage({ title: '06', fixed: [], names: ['rate'], runs: [run('0.1', [], 130)], planned: 3 })
  const [link] = elements(parse(page), 'a')
  expect(link && textIn(link)).toBe('interrupted')
  const href = link?.attrs.find(({ name }) => name === 'href')?.value ?? ''
  const target = new URL(href, 'file:///out/page.html')
  expect([target.protocol, decodeURIComponent(target.pathname)]).toEqual([
    'file:',
    '/out/06.rate=0.1 [1]#?.ipynb',
  ])
})

test('what a notebook or a value says shows as text', () => {
  const runs = [{ ...run(attack, [claim(attack, attack, attack)]), file: `${attack}.ipynb` }]
  const page = sweepPage({ title: attack, fixed: [attack], names: [attack], runs, planned: 1 })
  const document = parse(page)
  expect([...elements(document, 'script'), ...elements(document, 'img')]).toEqual([])
  // Heading twice, what is fixed, name, value, statement, verdict, measured.
  expect(elements(document, 'body').map(textIn).join('').split('alert("a")')).toHaveLength(9)
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<title>'))
})

function elements(node: DefaultTreeAdapterTypes.ParentNode, name: string): DefaultTreeAdapterTypes.Element[] {
  return node.childNodes
    .filter(child => tree.isElementNode(child))
    .flatMap(child => [...(child.tagName === name ? [child] : []), ...elements(child, name)])
}

function textIn(node: DefaultTreeAdapterTypes.ParentNode): string {
  return node.childNodes
    .map(child => (tree.isTextNode(child) ? child.value : 'childNodes' in child ? textIn(child) : ''))
    .join('')
}
