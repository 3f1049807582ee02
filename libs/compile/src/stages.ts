import { edgeName } from './graph-definition.ts'
import { byName, type Edge, type Graph, type GraphNode, signatureOf } from './graph.ts'

/** A part of a graph that runs as one operation, after the parts before it. */
export interface Stage {
  /** Its placeholders stand for `takes`, its results for `gives`. */
  readonly graph: Graph
  /** Names of tensors: placeholders of the whole graph, and edges from earlier stages. */
  readonly takes: readonly string[]
  /** The name of an edge that a later stage takes, or the place of a result of the whole graph. */
  readonly gives: readonly (string | number)[]
  /** What it takes and no later stage does. */
  readonly lastUses: readonly string[]
}

/** Where the parts of a graph run. Stages are numbered from 0. */
export interface Cut {
  /** Of a node that is neither a placeholder nor copied; not before a node that it needs. */
  readonly stageOf: (node: GraphNode) => number
  /** Of the result at this place; not before the node that makes it. Default: with that node. */
  readonly stageOfResult?: (place: number) => number
  /** Whether each stage that needs the node runs it, and none hands it on. Default: small constants. */
  readonly isCopied?: (node: GraphNode) => boolean
}

/**
 * Cuts a graph into stages that run one after the other, and together do what the graph does.
 *
 * @throws Error when a node would run before one that it needs
 */
export function cutIntoStages(
  graph: Graph,
  { stageOf, stageOfResult, isCopied = isSmallConstant }: Cut,
): Stage[] {
  const given = new Set(graph.placeholders)
  const own = graph.nodes.filter(node => !given.has(node.name) && !isCopied(node))
  const stageOfNode = new Map(own.map(node => [node.name, stageOf(node)]))
  const resultStages = graph.results.map(
    ({ node }, place) => stageOfResult?.(place) ?? stageOfNode.get(node) ?? 0,
  )
  const count = 1 + Math.max(0, ...stageOfNode.values(), ...resultStages)
  const parts = Array.from({ length: count }, (_, stage): Part => {
    const places = graph.results.flatMap((_, place) => (resultStages[place] === stage ? [place] : []))
    return { stage, places, ...needsOf(graph, given, stageOfNode, stage, places) }
  })
  return parts.map(part => stageOfPart(part, parts.slice(part.stage + 1), graph, stageOfNode))
}

/** A constant of more bytes than this is made once. */
const SMALL = 4096

export function isSmallConstant({ content }: GraphNode): boolean {
  return content !== undefined && content.length <= SMALL
}

interface Part {
  readonly stage: number
  /** Of the results that it gives. */
  readonly places: readonly number[]
  readonly nodes: readonly GraphNode[]
  /** By their names, the tensors that its nodes and results need and it does not make. */
  readonly takes: ReadonlyMap<string, Edge>
}

function needsOf(
  graph: Graph,
  given: ReadonlySet<string>,
  stageOfNode: ReadonlyMap<string, number>,
  stage: number,
  places: readonly number[],
): Pick<Part, 'nodes' | 'takes'> {
  const needed = new Map<string, Edge>()
  const need = (edge: Edge): unknown => needed.set(edgeName(edge), edge)
  const results = places.flatMap(place => graph.results[place] ?? [])
  results.forEach(need)
  const copied = new Set(results.map(({ node }) => node))
  const isIn = ({ name, inputs }: GraphNode): boolean => {
    const own = stageOfNode.get(name)
    if (given.has(name) || (own === undefined ? !copied.has(name) : own !== stage)) return false
    for (const input of inputs) {
      need(input)
      copied.add(input.node)
    }
    return true
  }
  // From the last to the first: who needs a node comes after it.
  const nodes = graph.nodes.toReversed().filter(isIn).toReversed()
  const made = new Set(nodes.map(({ name }) => name))
  const takes = new Map([...needed].filter(([, { node }]) => !made.has(node)))
  for (const { node } of takes.values()) {
    const from = stageOfNode.get(node) ?? 0
    if (from > stage) throw new Error(`stage ${stage} needs '${node}', which runs in stage ${from}`)
  }
  return { nodes, takes }
}

function stageOfPart(
  { stage, places, nodes, takes }: Part,
  laterParts: readonly Part[],
  graph: Graph,
  stageOfNode: ReadonlyMap<string, number>,
): Stage {
  const names = byName(graph.nodes)
  const later = new Map(laterParts.flatMap(part => [...part.takes]))
  const boundary = [...later].filter(([, { node }]) => stageOfNode.get(node) === stage)
  const inside = (edge: Edge): Edge => (takes.has(edgeName(edge)) ? placeholderOf(edge) : edge)
  const placeholders = [...takes.values()].map((edge): GraphNode => ({
    name: placeholderOf(edge).node,
    operation: 'Placeholder',
    inputs: [],
    attributes: [],
    outputs: [signatureOf(names, edge)],
    line: names.get(edge.node)?.line ?? '',
  }))
  const results = [
    ...boundary.map(([, edge]) => edge),
    ...places.flatMap(place => graph.results[place] ?? []),
  ]
  return {
    graph: {
      nodes: [...placeholders, ...nodes.map(node => ({ ...node, inputs: node.inputs.map(inside) }))],
      placeholders: placeholders.map(({ name }) => name),
      results: results.map(inside),
    },
    takes: [...takes.keys()],
    gives: [...boundary.map(([name]) => name), ...places],
    lastUses: [...takes.keys()].filter(name => !later.has(name)),
  }
}

function placeholderOf({ node, output }: Edge): Edge {
  return { node: `from_${node}_${output}`, output: 0 }
}
