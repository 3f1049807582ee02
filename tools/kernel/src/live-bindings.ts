import ts from '@tslab/typescript-for-tslab'
import MagicString from 'magic-string'

/**
 * Makes the variables of a cell live. The compiler's output ends in `export { rate, step }`, which TypeScript's CommonJS
 * would turn into copies: a function of the cell would go on reading its own `rate` after a later cell assigned another.
 * Declared as `export let rate`, every read and write goes to `exports.rate`, which all cells share.
 *
 * - `let rate = 0.1` becomes `export let rate = 0.1`; `let best` becomes `export let best = undefined`.
 * - Imported names are copied to `exports` once, so that a later cell may declare the same name.
 * - Functions and classes stay in the `export { … }` list.
 * - A call `exports.step()` of an earlier cell's function becomes `(0, exports.step)()`.
 *
 * @param module An ES module in JavaScript.
 */
export function liveBindings(module: string): MagicString {
  const source = ts.createSourceFile('cell.js', module, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const edited = new MagicString(module)
  const lists = source.statements.filter(isExportList)
  const exported = new Set(
    lists.flatMap(list => list.exportClause.elements.map(element => element.name.text)),
  )
  const moved = new Set<string>()

  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement) && !statement.modifiers) {
      const names = statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
      if (!names.every(name => exported.has(name))) continue
      edited.appendLeft(statement.getStart(source), 'export ')
      for (const { end, initializer } of statement.declarationList.declarations) {
        if (!initializer) edited.appendLeft(end, ' = undefined')
      }
      for (const name of names) moved.add(name)
    } else if (ts.isImportDeclaration(statement)) {
      const names = importedNames(statement).filter(name => exported.has(name))
      edited.appendLeft(statement.end, names.map(name => ` exports.${name} = ${name};`).join(''))
      for (const name of names) moved.add(name)
    }
  }
  for (const list of lists) {
    const rest = list.exportClause.elements.filter(element => !moved.has(element.name.text))
    edited.overwrite(
      list.getStart(source),
      list.end,
      `export { ${rest.map(element => element.getText(source)).join(', ')} };`,
    )
  }
  callWithoutThis(source, edited)
  return edited
}

/** A function of an earlier cell is called as `exports.step()`: without this it would find `exports` in its `this`. */
function callWithoutThis(node: ts.Node, edited: MagicString): void {
  ts.forEachChild(node, child => {
    callWithoutThis(child, edited)
  })
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return
  const { expression, end } = node.expression
  if (!ts.isIdentifier(expression) || expression.text !== 'exports') return
  edited.appendLeft(expression.getStart(), '(0, ').appendRight(end, ')')
}

function isExportList(node: ts.Node): node is ts.ExportDeclaration & { exportClause: ts.NamedExports } {
  return (
    ts.isExportDeclaration(node) &&
    !node.moduleSpecifier &&
    !!node.exportClause &&
    ts.isNamedExports(node.exportClause)
  )
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

function importedNames({ importClause }: ts.ImportDeclaration): string[] {
  const names = importClause?.name ? [importClause.name.text] : []
  const bindings = importClause?.namedBindings
  if (!bindings) return names
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name.text]
  return [...names, ...bindings.elements.map(element => element.name.text)]
}
