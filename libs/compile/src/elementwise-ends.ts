import type { Graph } from './graph.ts'

/**
 * The nodes at which a graph ends elementwise: those from which only elementwise operations lead to the last `updates`
 * results. In a training step that is what the optimiser computes from gradients: a dozen passes over memory, of
 * which XLA makes one.
 *
 * @param updates how many of the last results are meant
 */
export function elementwiseEnds({ nodes, results }: Graph, updates: number): ReadonlySet<string> {
  const others = new Set(results.slice(0, results.length - updates).map(({ node }) => node))
  const ends = new Set(results.slice(results.length - updates).map(({ node }) => node))
  // From the last to the first: who needs a node comes after it.
  const chosen = new Set<string>()
  for (const { name, operation, inputs } of nodes.toReversed()) {
    const isChosen = ends.has(name) && !others.has(name) && ELEMENTWISE.has(operation)
    if (isChosen) chosen.add(name)
    for (const { node } of inputs) (isChosen ? ends : others).add(node)
  }
  return chosen
}

const ELEMENTWISE = new Set([
  ...['Add', 'AddV2', 'AddN', 'Sub', 'Mul', 'Div', 'RealDiv', 'DivNoNan', 'Maximum', 'Minimum', 'Pow'],
  ...['Neg', 'Abs', 'Sign', 'Sqrt', 'Rsqrt', 'Square', 'Reciprocal', 'Exp', 'Log', 'Tanh', 'Sigmoid'],
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr', 'LogicalNot'],
  ...['Select', 'SelectV2', 'ClipByValue', 'SquaredDifference', 'Cast', 'Reshape', 'ExpandDims'],
]) // prettier-ignore
