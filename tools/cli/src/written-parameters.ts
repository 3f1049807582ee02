import ts from 'typescript'
import { literalValue } from './notebook-parameters.ts'
import { hasTag, type Notebook, sourceOf } from './notebook-schema.ts'
import type { ParameterValue } from './parameter-type.ts'

/** A value as a notebook's cell writes it. */
export interface WrittenValue {
  readonly text: string
  /** Undefined where it is computed: only running it would tell. */
  readonly value: ParameterValue | undefined
}

/** The values in the cells tagged `parameters` and `injected-parameters`, the later over the earlier. */
export function writtenParameters({ cells }: Notebook): ReadonlyMap<string, WrittenValue> {
  const tagged = cells.filter(cell => hasTag(cell, 'parameters') || hasTag(cell, 'injected-parameters'))
  return new Map(tagged.flatMap(cell => assignedIn(sourceOf(cell))))
}

/** Top-level `let name = value`, `const name = value` and `name = value`. */
function assignedIn(source: string): [string, WrittenValue][] {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true)
  const written = (name: ts.Node, value: ts.Expression): [string, WrittenValue] => [
    name.getText(file),
    { text: value.getText(file), value: literalValue(value) },
  ]
  return file.statements.flatMap(statement => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
        initializer === undefined ? [] : [written(name, initializer)],
      )
    }
    if (!ts.isExpressionStatement(statement)) return []
    const { expression } = statement
    const assigns =
      ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken
    return assigns ? [written(expression.left, expression.right)] : []
  })
}
