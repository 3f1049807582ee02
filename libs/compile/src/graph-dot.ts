import * as tf from '@tensorflow/tfjs'
import { type Box, fold } from './fold.ts'
import type { Edge, Graph, GraphNode } from './graph.ts'
import { byName, signatureOf } from './graph.ts'
import { kindOf, type OperationKind } from './operation-kinds.ts'
import type { Capture } from './trace.ts'

/**
 * A graph in the DOT language. Each box is an operation with what is done to its result alone; it says which variables
 * it reads and which it assigns, and the line that made it where that is not the line of most. Edges bear the shapes of
 * tensors, but for scalars.
 */
export function graphDot(
  graph: Graph,
  captures: readonly Capture[],
  updates: readonly tf.Variable[],
): string {
  const names = byName(graph.nodes)
  const boxes = fold(graph)
  const boxOf = new Map(boxes.flatMap(({ name, nodes }) => nodes.map(node => [node.name, name])))
  const given = graph.placeholders.slice(0, graph.placeholders.length - captures.length)
  const outside = new Map(captures.map((capture, i) => [graph.placeholders[given.length + i] ?? '', capture]))
  const returned = graph.results.length - updates.length
  const nameOf = namer([
    ...captures.flatMap(({ source }) => (source instanceof tf.Variable ? [source] : [])),
    ...updates,
  ])
  const assigned = new Map<string, string[]>()
  for (const [i, variable] of updates.entries()) {
    const node = graph.results[returned + i]?.node ?? ''
    const box = boxOf.get(node) ?? node
    assigned.set(box, [...(assigned.get(box) ?? []), `→ ${nameOf(variable)}`])
  }
  const usual = mostFrequent(boxes.flatMap(({ nodes }) => nodes.map(({ line }) => line)))
  const shape = (edge: Edge): string => signatureOf(names, edge).shape.join('×')
  const lines = boxes.map(box => boxText(box, boxTitle(box, outside, assigned, usual, nameOf)))
  const ends = [
    ...given.map((name, i) => `${quoted(name)} [label=${quoted(`argument ${i}`)} ${END}]`),
    ...Array.from({ length: returned }, (_, i) => `result_${i} [label="result ${i}" ${END}]`),
  ]
  const arrow = (edge: Edge, to: string): string[] => {
    const from = boxOf.get(edge.node) ?? (given.includes(edge.node) ? edge.node : undefined)
    return from === undefined || from === to
      ? []
      : [`${quoted(from)} -> ${quoted(to)} [label=${quoted(shape(edge))}]`]
  }
  const arrows = [
    ...boxes.flatMap(({ name, nodes }) =>
      nodes.flatMap(({ inputs }) => inputs.flatMap(edge => arrow(edge, name))),
    ),
    ...graph.results.slice(0, returned).flatMap((edge, i) => arrow(edge, `result_${i}`)),
  ]
  return ['digraph {', ...STYLE, LEGEND, ...ends, ...lines, ...new Set(arrows), '}'].join('\n')
}

/** The grey that is legible on white and on a dark page alike. */
const INK = '#797979'
// Graphviz knows how wide its letters are.
const FONT = 'fontname="Arial"'
const STYLE = [
  'bgcolor=transparent',
  'nodesep=0.2',
  'ranksep=0.3',
  `node [shape=box style="filled,rounded" margin="0.12,0.05" height=0.3 color="${INK}" fontsize=11 ${FONT}]`,
  `edge [color="${INK}" fontcolor="${INK}" arrowsize=0.6 fontsize=9 ${FONT}]`,
]
const END = 'shape=ellipse fillcolor="#ffffff"'

/** Fills that dark text stands out from, by 9:1 or more; the kinds differ in lightness too. */
const FILLS: Readonly<Record<OperationKind, string>> = {
  product: '#f0a868',
  reduction: '#8fc7ee',
  random: '#d9a9e0',
  shape: '#e4e4e4',
  elementwise: '#c3e6b4',
}

const LEGEND_ROWS: readonly (readonly [string, string])[] = [
  ['matrix product, convolution', FILLS.product],
  ['sum, mean, maximum over an axis', FILLS.reduction],
  ['random numbers', FILLS.random],
  ['shape only', FILLS.shape],
  ['elementwise', FILLS.elementwise],
  ['← reads, → assigns a variable', '#ffffff'],
  ['an edge without a shape: a scalar', '#ffffff'],
]
const LEGEND = `legend [shape=plain style="" label=<<table border="0" cellborder="1" cellspacing="2" cellpadding="4" color="${INK}">${LEGEND_ROWS.map(
  ([text, fill]) => `<tr><td bgcolor="${fill}" align="left">${text}</td></tr>`,
).join('')}</table>>]`

function boxText({ name, nodes }: Box, title: string): string {
  const order: readonly OperationKind[] = ['product', 'reduction', 'random', 'elementwise', 'shape']
  const kinds = new Set(nodes.map(({ operation }) => kindOf(operation)))
  const kind = order.find(each => kinds.has(each)) ?? 'elementwise'
  return `${quoted(name)} [label=${quoted(title)} fillcolor="${FILLS[kind]}"]`
}

function boxTitle(
  { name, nodes }: Box,
  outside: ReadonlyMap<string, Capture>,
  assigned: ReadonlyMap<string, readonly string[]>,
  usual: string | undefined,
  nameOf: (variable: tf.Variable) => string,
): string {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.flatMap(({ node }) => outside.get(node) ?? [])))
  const reads = [...read].map(
    ({ source }) =>
      `← ${source instanceof tf.Variable ? nameOf(source) : 'outside'}: ${shapeText(source.shape)}`,
  )
  const own = [...new Set(nodes.map(({ line }) => line))].filter(line => line !== '' && line !== usual)
  return [
    ...operationRows(nodes),
    ...shortened(reads),
    ...shortened(assigned.get(name) ?? []),
    ...shortened(own.map(shortLine)),
  ].join('\n')
}

/** `MatMul · BiasAdd · Relu`; of many, how often each. */
function operationRows(nodes: readonly GraphNode[]): string[] {
  const names = nodes.map(({ operation }) => operation.replace(/^_MklNative/, ''))
  if (names.length <= 4) return [names.join(' · ')]
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const texts = [...counts].map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
  return Array.from({ length: Math.ceil(texts.length / 3) }, (_, row) =>
    texts.slice(3 * row, 3 * row + 3).join(' · '),
  )
}

const ROWS = 3

function shortened(texts: readonly string[]): string[] {
  return texts.length <= ROWS
    ? [...texts]
    : [...texts.slice(0, ROWS - 1), `… and ${texts.length - ROWS + 1} more`]
}

/**
 * How variables are called. TensorFlow.js counts those that nobody named through the whole session; here they are numbered as
 * they come, so that the same graph is the same picture.
 */
function namer(variables: readonly tf.Variable[]): (variable: tf.Variable) => string {
  const unnamed = [...new Set(variables.map(({ name }) => name))].filter(name => /^\d+$/.test(name))
  return ({ name }) => (unnamed.includes(name) ? `variable ${unnamed.indexOf(name)}` : name)
}

function shortLine(line: string): string {
  return line.split('/').at(-1) ?? line
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×')
}

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
