import { byName, type Graph } from '../graph.ts'

/** Without the operations that no result needs. Placeholders stay: a call gives their tensors all the same. */
export function dropDeadNodes(graph: Graph): Graph {
  const names = byName(graph.nodes)
  const live = new Set(graph.placeholders)
  const open = graph.results.map(({ node }) => node)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (live.has(name)) continue
    live.add(name)
    for (const { node } of names.get(name)?.inputs ?? []) open.push(node)
  }
  return { ...graph, nodes: graph.nodes.filter(({ name }) => live.has(name)) }
}
