import ts from '@tslab/typescript-for-tslab'

/**
 * The declarations that hold after a cell has thrown: of its variables, those it had declared by then; of the ones it had
 * not reached, what earlier cells said about them. What is only a type needs no run, and stays.
 *
 * @param before The declaration file before the cell.
 * @param after The one the cell would have left had it ended.
 * @param unreached Whether this is a variable of the cell that it had not declared yet.
 */
export function keptDeclarations(
  before: string,
  after: string,
  unreached: (name: string) => boolean,
): string {
  const added = parse(after).filter(({ names }) => !names.some(unreached))
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
        text: `declare ${keyword(statement)} ${declaration.getText(source)};`,
      }))
    }
    if (ts.isImportDeclaration(statement)) return eachImported(statement, source)
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
  return []
}

function keyword({ declarationList }: ts.VariableStatement): string {
  return declarationList.flags & ts.NodeFlags.Const ? 'const' : 'let'
}

/** As declarations of one name each: a later cell may declare one of them anew. */
function eachImported(statement: ts.ImportDeclaration, source: ts.SourceFile): Declaration[] {
  const { importClause, moduleSpecifier, kind } = statement
  const from = moduleSpecifier.getText(source)
  const type = importClause?.isTypeOnly ? 'type ' : ''
  const one = (name: ts.Identifier, what: string) => ({
    kind,
    names: [name.text],
    text: `import ${type}${what} from ${from};`,
  })
  const bindings = importClause?.namedBindings
  const found = importClause?.name ? [one(importClause.name, importClause.name.text)] : []
  if (!bindings) return found
  if (ts.isNamespaceImport(bindings)) return [...found, one(bindings.name, bindings.getText(source))]
  return [...found, ...bindings.elements.map(each => one(each.name, `{ ${each.getText(source)} }`))]
}
