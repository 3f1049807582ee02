import ts from '@tslab/typescript-for-tslab'

/** What tslab puts before a cell: TypeScript's positions count from its start. */
export const cellPrefix = 'export {};\n'

/**
 * The cell with `: any` at each declaration whose inferred type has no name that later cells could write
 * (`const chart = lineChart(rows)` where the chart's type is not exported). The value stays usable, unchecked.
 */
export function widenDeclarations(code: string, problems: readonly ts.Diagnostic[]): string {
  const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true)
  const ends = problems.map(({ start }) => annotationPosition(source, (start ?? 0) - cellPrefix.length))
  const descending = [...new Set(ends)].filter(end => end !== undefined).sort((a, b) => b - a)
  return descending.reduce((text, end) => `${text.slice(0, end)}: any${text.slice(end)}`, code)
}

/** Where a type annotation goes that covers the code at `position`. */
function annotationPosition(source: ts.SourceFile, position: number): number | undefined {
  for (let node = nodeAt(source, position); !ts.isSourceFile(node); node = node.parent) {
    if ((ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) && !node.type) return node.name.end
    if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && !node.type) {
      return closingParenthesis(source, node)
    }
  }
  return undefined
}

function nodeAt(source: ts.SourceFile, position: number): ts.Node {
  let found: ts.Node = source
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) > position || node.end <= position) return
    found = node
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  return found
}

function closingParenthesis(source: ts.SourceFile, node: ts.SignatureDeclaration): number | undefined {
  return node.getChildren(source).find(child => child.kind === ts.SyntaxKind.CloseParenToken)?.end
}
