import ts from '@tslab/typescript-for-tslab'

/**
 * The declarations that hold after a cell has thrown: of its variables, those it had assigned by then; of the ones it had
 * not reached, what earlier cells said about them. Types and interfaces need no run, and stay.
 *
 * @param before The declaration file before the cell.
 * @param after The one the cell would have left had it ended.
 * @param assigned Whether the cell gave this variable a value.
 */
export function keptDeclarations(before: string, after: string, assigned: (name: string) => boolean): string {
  const added = parse(after).filter(({ names }) => names.length === 0 || names.some(assigned))
  const known = new Set(added.flatMap(({ names }) => names))
  const older = parse(before).filter(({ names }) => names.length > 0 && !names.some(name => known.has(name)))
  return [...added, ...older].map(({ text }) => `${text}\n`).join('')
}

interface Declaration {
  /** The variables it declares; none for a type. */
  names: string[]
  text: string
}

function parse(declarations: string): Declaration[] {
  const source = ts.createSourceFile('cell.d.ts', declarations, ts.ScriptTarget.ES2022, true)
  return source.statements.flatMap((statement): Declaration[] => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(declaration => ({
        names: [declaration.name.getText(source)],
        text: `declare let ${declaration.getText(source)};`,
      }))
    }
    return [{ names: declaredValues(statement), text: statement.getText(source) }]
  })
}

function declaredValues(statement: ts.Statement): string[] {
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return statement.name ? [statement.name.text] : []
  }
  if (!ts.isImportDeclaration(statement)) return []
  const { importClause } = statement
  const bindings = importClause?.namedBindings
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : []
  const namespace = bindings && ts.isNamespaceImport(bindings) ? [bindings.name.text] : []
  return [...(importClause?.name ? [importClause.name.text] : []), ...namespace, ...named]
}
