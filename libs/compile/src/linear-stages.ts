import { byName, type Graph, type GraphNode } from './graph.ts'
import { cutIntoStages, isSmallConstant, type Stage } from './stages.ts'

/**
 * Two stages: what does not depend on v, and the rest, which gives all results. What the first would hand over and is
 * as well made anew is part of the second.
 *
 * @param ofV names of the placeholders of v
 */
export function linearStages(graph: Graph, ofV: readonly string[]): Stage[] {
  const depends = new Set(ofV)
  for (const { name, inputs } of graph.nodes) {
    if (inputs.some(({ node }) => depends.has(node))) depends.add(name)
  }
  const copied = madeAnew(graph, depends)
  return cutIntoStages(graph, {
    stageOf: ({ name }) => Number(depends.has(name)),
    stageOfResult: () => 1,
    isCopied: ({ name }) => copied.has(name),
  })
}

/** Other shapes of what is there, and repetitions of less. */
const FREE = new Set(['Reshape', 'ExpandDims', 'Squeeze', 'Identity', 'Fill', 'Tile', 'BroadcastTo'])

/** What takes hardly longer to compute than to read: made anew where all that it takes is held anyway. */
const CHEAP = new Set(['Add', 'AddV2', 'Sub', 'Mul', 'Neg', 'Square', 'Maximum', 'Minimum', 'ReluGrad'])

/** For one tensor that is not held, at most so many cheap operations. */
const CHEAP_AT_MOST = 3

/** Names of the nodes that do not depend on v, and run for each v all the same. */
function madeAnew(graph: Graph, depends: ReadonlySet<string>): Set<string> {
  const names = byName(graph.nodes)
  const isFree = (node: GraphNode): boolean =>
    isSmallConstant(node) || (FREE.has(node.operation) && !depends.has(node.name))
  const copied = new Set(graph.nodes.filter(isFree).map(({ name }) => name))
  const held = taken(graph, depends, copied)
  for (const node of graph.nodes.toReversed()) {
    if (!held.has(node.name) || !CHEAP.has(node.operation)) continue
    for (const { name } of chainTo(node, names, held) ?? []) copied.add(name)
  }
  return copied
}

/** What the nodes that depend on v take of the others, but copied ones: these are followed to what they take. */
function taken(graph: Graph, depends: ReadonlySet<string>, copied: ReadonlySet<string>): Set<string> {
  const needed = new Set(graph.results.map(({ node }) => node))
  for (const { name, inputs } of graph.nodes.toReversed()) {
    if (!depends.has(name) && !(copied.has(name) && needed.has(name))) continue
    for (const { node } of inputs) needed.add(node)
  }
  const given = new Set(graph.placeholders)
  return new Set([...needed].filter(name => !depends.has(name) && !copied.has(name) && !given.has(name)))
}

/** The operations from what is held to a node; nothing where it takes more than that, or they are too many. */
function chainTo(
  node: GraphNode,
  names: ReadonlyMap<string, GraphNode>,
  held: ReadonlySet<string>,
): Set<GraphNode> | undefined {
  const chain = new Set([node])
  for (const { inputs } of chain) {
    for (const input of inputs) {
      const from = names.get(input.node)
      if (from === undefined || from.operation === 'Placeholder' || held.has(from.name)) continue
      if (!isSmallConstant(from) && !FREE.has(from.operation) && !CHEAP.has(from.operation)) return undefined
      chain.add(from)
    }
  }
  return [...chain].filter(({ operation }) => CHEAP.has(operation)).length > CHEAP_AT_MOST ? undefined : chain
}
