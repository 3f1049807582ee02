import type { Graph, GraphNode } from './graph.ts'
import { isProduct, isReduction } from './operation-kinds.ts'

/** Operations that are drawn as one box: at most one product or reduction, and what is done to its result. */
export interface Box {
  /** The name of its last operation. */
  readonly name: string
  /** In the order in which they run. */
  readonly nodes: readonly GraphNode[]
}

/**
 * The operations of a graph in boxes, without placeholders and constants: an operation whose only user is in a box joins
 * it, so that chains and trees of elementwise operations become one, and no two boxes need each other.
 */
export function fold({ nodes, results }: Graph): Box[] {
  const members = new Map<string, GraphNode[]>()
  const boxOf = new Map<string, string>()
  const users = new Map<string, Set<string>>()
  const wanted = new Set(results.map(({ node }) => node))
  // From the last to the first: the users of a node are in boxes before it is.
  for (const node of nodes.toReversed()) {
    if (node.operation === 'Placeholder' || node.operation === 'Const') continue
    const [only, ...others] = users.get(node.name) ?? []
    const box = only === undefined ? undefined : members.get(only)
    const joins =
      box && others.length === 0 && !wanted.has(node.name) && !(isLarge(node) && box.some(isLarge))
    const name = joins && only !== undefined ? only : node.name
    members.set(name, [node, ...(members.get(name) ?? [])])
    boxOf.set(node.name, name)
    for (const input of node.inputs) {
      const known = users.get(input.node) ?? new Set()
      users.set(input.node, known.add(name))
    }
  }
  const order = nodes.flatMap(({ name }) => (boxOf.get(name) === name ? [name] : []))
  return order.map(name => ({ name, nodes: members.get(name) ?? [] }))
}

function isLarge({ operation }: GraphNode): boolean {
  return isProduct(operation) || isReduction(operation)
}
