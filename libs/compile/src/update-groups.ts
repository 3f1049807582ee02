import * as tf from '@tensorflow/tfjs'
import type { Graph } from './graph.ts'
import { cutIntoStages, type Stage } from './stages.ts'

/**
 * How many bytes of variables are assigned at a time. A group of so many takes 10 ms and more, beside which the 50 µs of a
 * call are nothing; and so much is in memory twice, rather than all that a step assigns.
 */
const GROUP_BYTES = 64e6

/**
 * The stages of a graph that gives new values of variables. As one stage it would have the old and the new values of all
 * of them in memory at its end: with Adam, six times the parameters. So each stage gives one group, which is assigned
 * before the next stage runs, and each operation runs in the first stage that needs it: the backward pass too goes on
 * from group to group, with the gradients of one in memory. What is less than one group is one stage.
 *
 * Where a stage throws, the groups before it are assigned and those after it are not. Operations that refuse numbers
 * (an index out of range) stand in the forward pass, which runs before the first group; later it is want of memory.
 *
 * @param updates the variables whose values are the last results
 */
export function stagesOfUpdates(
  graph: Graph,
  updates: readonly tf.Variable[],
  groupBytes = GROUP_BYTES,
): Stage[] {
  const groups = groupsOf(graph, updates, groupBytes)
  const firstUpdate = graph.results.length - updates.length
  const groupOfResult = (place: number): number => groups[place - firstUpdate] ?? 0
  const firstNeeds = new Map<string, number>()
  const need = (node: string, stage: number): unknown =>
    firstNeeds.set(node, Math.min(stage, firstNeeds.get(node) ?? stage))
  graph.results.forEach(({ node }, place) => need(node, groupOfResult(place)))
  for (const { name, inputs } of graph.nodes.toReversed()) {
    for (const { node } of inputs) need(node, firstNeeds.get(name) ?? 0)
  }
  return cutIntoStages(graph, {
    stageOf: ({ name }) => firstNeeds.get(name) ?? 0,
    stageOfResult: groupOfResult,
  }).filter(({ gives }) => gives.length > 0)
}

/** For each update its stage, from 1 on; all 0 where one group holds them. */
function groupsOf(graph: Graph, updates: readonly tf.Variable[], groupBytes: number): number[] {
  const ends = graph.results.slice(graph.results.length - updates.length)
  const places = new Map(graph.nodes.map(({ name }, place) => [name, place]))
  const placed = updates.map((variable, i) => {
    const end = places.get(ends[i]?.node ?? '') ?? 0
    return { i, end, gradient: gradientPlace(graph, places, end, variable.shape), bytes: bytesOf(variable) }
  })
  const groups: number[] = []
  let group = 1
  let filled = 0
  for (const { i, bytes } of placed.toSorted((a, b) => a.gradient - b.gradient || a.end - b.end)) {
    if (filled > 0 && filled + bytes > groupBytes) {
      group++
      filled = 0
    }
    filled += bytes
    groups[i] = group
  }
  return group === 1 ? groups.map(() => 0) : groups
}

function bytesOf({ size, dtype }: tf.Variable): number {
  return size * tf.util.bytesPerElement(dtype)
}

/**
 * Where the gradient is made that an update uses, as a place among the nodes: the first node of the variable's shape from
 * which the update follows by nodes of that shape. By it a parameter stands beside its moments, and behind those
 * whose gradients are there before. Only memory depends on it.
 */
function gradientPlace(
  { nodes }: Graph,
  places: ReadonlyMap<string, number>,
  end: number,
  shape: readonly number[],
): number {
  const seen = new Set<number>()
  const open = [end]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const node = nodes[place]
    if (node === undefined || node.inputs.length === 0 || seen.has(place)) continue
    if (node.outputs[0]?.shape.join() !== shape.join()) continue
    seen.add(place)
    for (const input of node.inputs) open.push(places.get(input.node) ?? -1)
  }
  return Math.min(end, ...seen)
}
