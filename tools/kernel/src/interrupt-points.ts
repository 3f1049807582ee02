import ts from '@tslab/typescript-for-tslab'

/**
 * Gives a cell places where an interrupt can end it, with its `finally` blocks run: `await x` becomes
 * `__resumed(await x)`, which throws when the cell is to end, and each turn of a loop begins with `__pending[0] && __resumed()`
 * (of a `for await` loop with `__resumed()`): a read of memory that another thread writes, about half a nanosecond. Without them a loop could only be stopped by force,
 * and one that V8 has compiled without a stack check (`for (;;) new Array(9).fill(1)`) not at all.
 */
export const interruptPoints: ts.TransformerFactory<ts.SourceFile> = context => {
  const { factory } = context
  const resumed = (values: ts.Expression[] = []) =>
    factory.createCallExpression(factory.createIdentifier(resumedName), undefined, values)
  const ifPending = () =>
    factory.createLogicalAnd(
      factory.createElementAccessExpression(factory.createIdentifier(pendingName), 0),
      resumed(),
    )
  const beginWith = (point: ts.Expression, statement: ts.Statement) =>
    factory.createBlock([factory.createExpressionStatement(point), statement])

  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context)
    if (ts.isAwaitExpression(visited)) return ts.setTextRange(resumed([visited]), node)
    if (ts.isForOfStatement(visited)) {
      const { awaitModifier, initializer, expression, statement } = visited
      const body = beginWith(awaitModifier ? resumed() : ifPending(), statement)
      return factory.updateForOfStatement(visited, awaitModifier, initializer, expression, body)
    }
    if (ts.isForStatement(visited)) {
      const { initializer, condition, incrementor, statement } = visited
      const body = beginWith(ifPending(), statement)
      return factory.updateForStatement(visited, initializer, condition, incrementor, body)
    }
    if (ts.isForInStatement(visited)) {
      const { initializer, expression, statement } = visited
      return factory.updateForInStatement(visited, initializer, expression, beginWith(ifPending(), statement))
    }
    if (ts.isWhileStatement(visited)) {
      return factory.updateWhileStatement(
        visited,
        visited.expression,
        beginWith(ifPending(), visited.statement),
      )
    }
    if (ts.isDoStatement(visited)) {
      return factory.updateDoStatement(visited, beginWith(ifPending(), visited.statement), visited.expression)
    }
    return visited
  }
  return file => ts.visitEachChild(file, visit, context)
}

/** No names that a cell would declare. */
export const resumedName = '__resumed'
export const pendingName = '__pending'
