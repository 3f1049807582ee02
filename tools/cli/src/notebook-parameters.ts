import ts from 'typescript'
import { hasTag, sourceOf, type Notebook } from './notebook-schema.ts'
import { describeRange, inRange, readRange, type ParameterRange } from './parameter-range.ts'
import {
  accepts,
  describeType,
  typeOfValue,
  type ParameterType,
  type ParameterValue,
} from './parameter-type.ts'

/** One variable of a notebook's `parameters` cell. */
export interface Parameter {
  readonly name: string
  readonly type: ParameterType
  /** The default as the cell writes it. */
  readonly defaultText: string
  /** What the comment at the end of its line allows. */
  readonly range?: ParameterRange
  /** What else that comment says. */
  readonly note?: string
}

/**
 * What can be set from outside: each `let` of the cell tagged `parameters`, in order. The type is the annotation's,
 * or that of the default; a range is read from the comment that ends the line, see {@link readRange}.
 *
 * @returns undefined when no cell is tagged `parameters`
 * @throws Error when a range cannot be read, belongs to no number, or leaves out the default
 */
export function readParameters(notebook: Notebook): readonly Parameter[] | undefined {
  const cell = notebook.cells.find(each => hasTag(each, 'parameters'))
  if (cell === undefined) return undefined
  const source = ts.createSourceFile('parameters.ts', sourceOf(cell), ts.ScriptTarget.ES2022, true)
  return source.statements
    .filter(ts.isVariableStatement)
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Let) !== 0)
    .flatMap(statement => statement.declarationList.declarations.flatMap(each => parameterOf(each, source)))
}

function parameterOf(declaration: ts.VariableDeclaration, source: ts.SourceFile): Parameter[] {
  const { name, type, initializer } = declaration
  // Of `let [a, b] = …` nobody can say what it takes.
  if (!ts.isIdentifier(name)) return []
  const value = initializer && literalValue(initializer)
  const inferred = value === undefined ? undefined : typeOfValue(value)
  const known =
    type === undefined ? (inferred ?? { kind: 'other', text: 'of no known type' }) : typeOf(type, source)
  const parameter: Parameter = {
    name: name.text,
    type: known,
    defaultText: initializer?.getText(source) ?? 'none',
  }
  return [withComment(parameter, endOfLineComment(declaration, source), value)]
}

function withComment(parameter: Parameter, comment: string, value: ParameterValue | undefined): Parameter {
  const refuse = (why: string) => new Error(`The parameters cell, ${parameter.name}: ${why}.`)
  const range = rangeIn(comment, refuse)
  const note = range === undefined ? comment : comment.split(':').slice(1).join(':').trim()
  const noted = note === '' ? parameter : { ...parameter, note }
  if (range === undefined) return noted
  if (!hasNumbers(parameter.type))
    throw refuse(`a range is for numbers, and it is ${describeType(parameter.type)}`)
  if (value !== undefined && accepts(parameter.type, value) && !inRange(range, value)) {
    throw refuse(`its default ${parameter.defaultText} is not ${describeRange(range)}`)
  }
  return { ...noted, range }
}

function rangeIn(comment: string, refuse: (why: string) => Error): ParameterRange | undefined {
  try {
    return readRange(comment)
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
}

function hasNumbers(type: ParameterType): boolean {
  if (type.kind === 'array') return hasNumbers(type.of)
  if (type.kind === 'union') return type.of.some(hasNumbers)
  return type.kind === 'number'
}

/** The text after `//` on the line where the declaration ends; '' without one. */
function endOfLineComment(declaration: ts.VariableDeclaration, source: ts.SourceFile): string {
  const text = source.getFullText()
  // A comma or a semicolon may stand between.
  const end = declaration.end + (/^\s*[,;]/.exec(text.slice(declaration.end))?.[0].length ?? 0)
  const [comment] = ts.getTrailingCommentRanges(text, end) ?? []
  if (comment?.kind !== ts.SyntaxKind.SingleLineCommentTrivia) return ''
  return text.slice(comment.pos + 2, comment.end).trim()
}

function typeOf(node: ts.TypeNode, source: ts.SourceFile): ParameterType {
  switch (node.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return { kind: 'number' }
    case ts.SyntaxKind.StringKeyword:
      return { kind: 'string' }
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: 'boolean' }
  }
  const other = { kind: 'other', text: node.getText(source) } as const
  const whole = (part: ParameterType, made: ParameterType) => (part.kind === 'other' ? other : made)
  if (ts.isParenthesizedTypeNode(node)) return typeOf(node.type, source)
  if (ts.isLiteralTypeNode(node)) {
    const value = literalValue(node.literal)
    return value === undefined || typeof value === 'object' ? other : { kind: 'literal', value }
  }
  const element = elementType(node)
  if (element !== undefined) {
    const of = typeOf(element, source)
    return whole(of, { kind: 'array', of })
  }
  if (!ts.isUnionTypeNode(node)) return other
  const of = node.types.map(each => typeOf(each, source))
  return of.some(each => each.kind === 'other') ? other : { kind: 'union', of }
}

/** Of `T[]`, `readonly T[]`, `Array<T>` and `ReadonlyArray<T>`. */
function elementType(node: ts.TypeNode): ts.TypeNode | undefined {
  if (ts.isArrayTypeNode(node)) return node.elementType
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword)
    return elementType(node.type)
  if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return undefined
  return ['Array', 'ReadonlyArray'].includes(node.typeName.text) ? node.typeArguments?.[0] : undefined
}

/** The value of an expression that is written out: a number, string, boolean, or an array of such. */
export function literalValue(node: ts.Node): ParameterValue | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isNumericLiteral(node)) return Number(node.text)
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = literalValue(node.operand)
    return typeof value === 'number' ? -value : undefined
  }
  if (!ts.isArrayLiteralExpression(node)) return undefined
  const values = node.elements.map(literalValue)
  return values.every(value => value !== undefined) ? values : undefined
}
