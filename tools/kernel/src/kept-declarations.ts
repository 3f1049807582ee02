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

/** The declarations `after` a cell, with the namespaces from `before` it: tslab forgets those after one cell. */
export function withEarlierNamespaces(before: string, after: string): string {
  if (!before.includes('namespace ')) return after
  const known = new Set(parse(after).flatMap(({ names }) => names))
  const namespaces = parse(before).filter(
    ({ kind, names }) => isNamespace(kind) && !names.some(n => known.has(n)),
  )
  return [after, ...namespaces.map(({ text }) => `${text}\n`)].join('')
}

const isNamespace = (kind: ts.SyntaxKind) => kind === ts.SyntaxKind.ModuleDeclaration

interface Declaration {
  kind: ts.SyntaxKind
  /** The variables it declares; none for a type. */
  names: string[]
  text: string
}

function parse(declarations: string): Declaration[] {
  const source = ts.createSourceFile('cell.d.ts', declarations, ts.ScriptTarget.ES2022, true)
  return source.statements.flatMap((statement): Declaration[] => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(declaration => ({
        kind: statement.kind,
        names: [declaration.name.getText(source)],
        text: `declare let ${declaration.getText(source)};`,
      }))
    }
    return [{ kind: statement.kind, names: declaredValues(statement), text: statement.getText(source) }]
  })
}

function declaredValues(statement: ts.Statement): string[] {
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
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
