import ts from '@tslab/typescript-for-tslab'

/**
 * A program in which tslab finds all uses of the variables of earlier cells, and nothing else.
 *
 * tslab rewrites a name to `exports.name` when the checker says that it is declared by an earlier cell. By itself it
 * misses `{ rate }`, where the checker speaks of the property and not of the variable; and it takes a property name for a
 * variable when an earlier cell declared the object's type, as in `const { loss: last } = history`.
 */
export function withVariableUses(program: ts.BuilderProgram): ts.BuilderProgram {
  return {
    ...program,
    getProgram() {
      const inner = program.getProgram()
      return { ...inner, getTypeChecker: () => variablesOnly(inner.getTypeChecker()) }
    },
    emit(file, write, cancellation, declarationsOnly, transformers) {
      const before = [...(transformers?.before ?? []), longProperties]
      return program.emit(file, write, cancellation, declarationsOnly, { ...transformers, before })
    },
  }
}

function variablesOnly(checker: ts.TypeChecker): ts.TypeChecker {
  return {
    ...checker,
    getSymbolAtLocation(node) {
      const parent = node.parent as ts.Node | undefined
      if (!parent) return checker.getSymbolAtLocation(node)
      if (ts.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent)
      const isPropertyName =
        (ts.isBindingElement(parent) && parent.propertyName === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node)
      return isPropertyName ? undefined : checker.getSymbolAtLocation(node)
    },
  }
}

/** Writes `{ rate }` as `{ rate: rate }`, which leaves a place for `exports.rate`. */
const longProperties: ts.TransformerFactory<ts.SourceFile> = context => {
  const { factory } = context
  const visit = (node: ts.Node): ts.Node => {
    if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visit, context)
    const { name, objectAssignmentInitializer: initial } = node
    const fallback = initial && ts.visitNode(initial, visit, ts.isExpression)
    const value = fallback ? factory.createAssignment(name, fallback) : name
    return ts.setTextRange(factory.createPropertyAssignment(name.text, value), node)
  }
  return file => ts.visitEachChild(file, visit, context)
}
