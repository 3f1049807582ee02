import ts from '@tslab/typescript-for-tslab'
import MagicString from 'magic-string'

/**
 * Places where an interrupt ends code that waits or loops, with its `finally` blocks run:
 *
 * - `await x` becomes `await __awaited(x)`, which throws as soon as the cell is interrupted;
 * - each turn of a loop that awaits begins with `__resumed()`, which throws when the cell is to end: a `catch` inside the
 *   loop does not keep it going;
 * - each turn of another loop begins with `__pending[0] && __resumed()`: a read of memory that another thread writes, about
 *   half a nanosecond.
 *
 * Without them a loop could only be stopped by force, and one that V8 has compiled without a stack check
 * (`for (;;) new Array(9).fill(1)`) not at all. An `await` inside a `finally` ends it: clean up without waiting first.
 */
export const interruptPoints: ts.TransformerFactory<ts.SourceFile> = context => {
  const { factory } = context
  const call = (name: string, values: ts.Expression[] = []) =>
    factory.createCallExpression(factory.createIdentifier(name), undefined, values)
  const ifPending = factory.createLogicalAnd(
    factory.createElementAccessExpression(factory.createIdentifier(names.pending), 0),
    call(names.resumed),
  )

  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context)
    if (ts.isAwaitExpression(visited)) {
      return factory.updateAwaitExpression(visited, call(names.awaited, [visited.expression]))
    }
    if (!isLoop(visited)) return visited
    const point = awaits(node) ? call(names.resumed) : ifPending
    const body = factory.createBlock([factory.createExpressionStatement(point), visited.statement])
    return withBody(factory, visited, body)
  }
  return file => ts.visitEachChild(file, visit, context)
}

/** The same for a source that cells import, in JavaScript; loops without `await` stay as fast as they are. */
export function withInterruptPoints(code: string): MagicString {
  const source = ts.createSourceFile('source.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const edited = new MagicString(code)
  const visit = (node: ts.Node): void => {
    // Inner ones first: of two insertions at one place the later is the outer.
    ts.forEachChild(node, visit)
    if (ts.isAwaitExpression(node)) {
      edited.prependRight(node.expression.getStart(source), ` ${names.awaited}(`).appendLeft(node.end, ')')
    } else if (isLoop(node) && awaits(node)) {
      edited.prependRight(node.statement.getStart(source), `{ ${names.resumed}(); `)
      edited.appendLeft(node.statement.end, ' }')
    }
  }
  visit(source)
  return edited
}

/** The first two are globals, the last a parameter of the script of a cell. No cell would declare them. */
export const names = { awaited: '__awaited', resumed: '__resumed', pending: '__pending' } as const

type Loop = ts.ForStatement | ts.ForInStatement | ts.ForOfStatement | ts.WhileStatement | ts.DoStatement

function isLoop(node: ts.Node): node is Loop {
  return ts.isIterationStatement(node, false)
}

/** Whether a turn of the loop waits for anything, besides what inner functions wait for. */
function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true
  return (
    ts.forEachChild(node, child => (ts.isFunctionLike(child) ? undefined : awaits(child) || undefined)) ??
    false
  )
}

function withBody(factory: ts.NodeFactory, loop: Loop, body: ts.Block): Loop {
  if (ts.isForStatement(loop)) {
    return factory.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, body)
  }
  if (ts.isForInStatement(loop)) {
    return factory.updateForInStatement(loop, loop.initializer, loop.expression, body)
  }
  if (ts.isForOfStatement(loop)) {
    return factory.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, body)
  }
  if (ts.isWhileStatement(loop)) return factory.updateWhileStatement(loop, loop.expression, body)
  return factory.updateDoStatement(loop, body, loop.expression)
}
