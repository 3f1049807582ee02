import ts from '@tslab/typescript-for-tslab'
import MagicString from 'magic-string'

/**
 * Makes the variables of a cell live. The compiler's output ends in `export { rate, step }`, which TypeScript's CommonJS
 * would turn into copies: a function of the cell would go on reading its own `rate` after a later cell assigned another.
 * Declared as `export let rate`, every read and write goes to `exports.rate`, which all cells share.
 *
 * - `let rate = 0.1` becomes `export let rate = 0.1`; `let best` becomes `export let best = undefined`.
 * - `function step() { }` becomes `export let step = function () { }` above all other lines: it may be called before its own.
 * - `class K { }` becomes `export let K = class K { }`: only inside its own body `K` stays this class.
 * - `import { rate } from 'm'` becomes `import { rate as rate$imported } from 'm'; export let rate = rate$imported`.
 * - A call `exports.step()` of an earlier cell's function becomes `(0, exports.step)()`.
 * - `import.meta` becomes `__cell.meta`: a cell may have a `require` of its own.
 *
 * After each declaration `__cell.declared('rate')` notes that it was reached: what was not, because the cell threw, is not
 * known to later cells.
 *
 * @param module An ES module in JavaScript.
 */
export function liveBindings(module: string): MagicString {
  const source = ts.createSourceFile('cell.js', module, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const edited = new MagicString(module)
  const lists = source.statements.filter(isExportList)
  const exported = namesOf(lists)
  const isExported = ({ text }: ts.Identifier) => exported.has(text)
  const moved = new Set<string>()

  for (const statement of source.statements) {
    const names = declaredNames(statement)
    if (names.length === 0 || !names.every(isExported)) continue
    for (const { text } of names) moved.add(text)
    if (ts.isVariableStatement(statement)) exportVariables(statement, edited)
    else if (ts.isFunctionDeclaration(statement)) exportFunction(statement, edited)
    else if (ts.isClassDeclaration(statement)) exportClass(statement, edited)
    else exportImports(statement, names, edited)
    if (!ts.isFunctionDeclaration(statement)) edited.appendLeft(statement.end, reached(lastNames(statement)))
  }
  for (const list of lists) {
    const rest = list.exportClause.elements.filter(({ name }) => !moved.has(name.text))
    const names = rest.map(element => element.getText(source)).join(', ')
    edited.overwrite(list.getStart(source), list.end, `export { ${names} };`)
  }
  rewriteUses(source, edited)
  return edited
}

/** The variables of a compiled cell: what has a value, not only a type. */
export function exportedNames(module: string): Set<string> {
  const source = ts.createSourceFile('cell.js', module, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  return namesOf(source.statements.filter(isExportList))
}

/** The parameter of a cell's script through which it speaks to the session. No cell would declare it. */
export const cellParameter = '__cell'

export interface CellParameter {
  /** The cell's `import.meta`. */
  meta: object
  declared: (...names: string[]) => void
}

function namesOf(lists: readonly ExportList[]): Set<string> {
  return new Set(lists.flatMap(list => list.exportClause.elements.map(element => element.name.text)))
}

function reached(names: readonly ts.Identifier[]): string {
  return ` ${cellParameter}.declared(${names.map(({ text }) => JSON.stringify(text)).join(', ')});`
}

/** All it declares; of `let a = 1, b = 2` only `b`, for `a` has its note already. */
function lastNames(statement: ts.Statement): ts.Identifier[] {
  if (!ts.isVariableStatement(statement)) return declaredNames(statement)
  const last = statement.declarationList.declarations.at(-1)
  return last ? boundNames(last.name) : []
}

/**
 * Adds to the statement's own text (appendRight): what is moved above all lines is kept apart from it. `let a = 1, b = 2`
 * becomes two statements, for the second may not be reached.
 */
function exportVariables({ declarationList }: ts.VariableStatement, edited: MagicString): void {
  const start = declarationList.getStart()
  edited.appendRight(start, 'export ')
  for (const { end, initializer } of declarationList.declarations) {
    if (!initializer) edited.appendLeft(end, ' = undefined')
  }
  const list = declarationList.getChildren().find(child => child.kind === ts.SyntaxKind.SyntaxList)
  const commas = (list?.getChildren() ?? []).filter(({ kind }) => kind === ts.SyntaxKind.CommaToken)
  for (const [index, comma] of commas.entries()) {
    const before = declarationList.declarations[index]
    if (before)
      edited.overwrite(comma.getStart(), comma.end, `;${reached(boundNames(before.name))} export let`)
  }
}

/** Without its name: a function that calls itself, too, finds the latest of its name. */
function exportFunction(declaration: ts.FunctionDeclaration, edited: MagicString): void {
  const { name, end } = declaration
  if (!name) return
  const start = declaration.getStart()
  edited
    .prependRight(start, `export let ${name.text} = `)
    .remove(name.getStart(), name.end)
    .appendLeft(end, `;${reached([name])}\n`)
  if (start > 0) edited.move(start, end, 0)
}

function exportClass(declaration: ts.ClassDeclaration, edited: MagicString): void {
  edited.appendRight(declaration.getStart(), `export let ${declaration.name?.text ?? ''} = `)
  edited.appendLeft(declaration.end, ';')
}

function exportImports(statement: ts.Statement, names: ts.Identifier[], edited: MagicString): void {
  for (const name of names) {
    const isShort = ts.isImportSpecifier(name.parent) && !name.parent.propertyName
    edited.appendLeft(name.end, isShort ? ` as ${name.text}${imported}` : imported)
  }
  const copies = names.map(({ text }) => `${text} = ${text}${imported}`).join(', ')
  edited.appendLeft(statement.end, ` export let ${copies};`)
}

/** No end of a name that a cell would declare. */
const imported = '$imported'

function rewriteUses(node: ts.Node, edited: MagicString): void {
  ts.forEachChild(node, child => {
    rewriteUses(child, edited)
  })
  if (ts.isCallExpression(node)) callWithoutThis(node.expression, edited)
  else if (ts.isTaggedTemplateExpression(node)) callWithoutThis(node.tag, edited)
  else if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
    edited.overwrite(node.getStart(), node.end, `${cellParameter}.meta`)
  }
}

/** A function of an earlier cell is called as `exports.step()`: without this it would find `exports` in its `this`. */
function callWithoutThis(callee: ts.Expression, edited: MagicString): void {
  if (!ts.isPropertyAccessExpression(callee)) return
  const { expression, end } = callee
  if (!ts.isIdentifier(expression) || expression.text !== 'exports') return
  edited.appendRight(expression.getStart(), '(0, ').appendLeft(end, ')')
}

type ExportList = ts.ExportDeclaration & { exportClause: ts.NamedExports }

function isExportList(node: ts.Node): node is ExportList {
  return (
    ts.isExportDeclaration(node) &&
    !node.moduleSpecifier &&
    !!node.exportClause &&
    ts.isNamedExports(node.exportClause)
  )
}

/** The variables a statement declares, if it has no `export` of its own. */
function declaredNames(statement: ts.Statement): ts.Identifier[] {
  if (ts.isImportDeclaration(statement)) return importedNames(statement)
  if (ts.isVariableStatement(statement)) {
    if (statement.modifiers) return []
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  }
  if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) return []
  return statement.name ? [statement.name] : []
}

function boundNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

function importedNames({ importClause }: ts.ImportDeclaration): ts.Identifier[] {
  const names = importClause?.name ? [importClause.name] : []
  const bindings = importClause?.namedBindings
  if (!bindings) return names
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name]
  return [...names, ...bindings.elements.map(element => element.name)]
}
