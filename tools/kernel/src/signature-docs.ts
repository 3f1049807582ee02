import ts from '@tslab/typescript-for-tslab'

/**
 * TypeScript's quick info; of a variable without documentation that is a function, with the documentation of its
 * signature (`const matMul: typeof matMul_`, as all operations of TensorFlow.js are declared).
 */
export const withSignatureDocs: typeof ts.getQuickInfoAtPosition = (
  file,
  checker,
  cancellation,
  position,
) => {
  const info = ts.getQuickInfoAtPosition(file, checker, cancellation, position)
  if (!info || (info.documentation?.length ?? 0) > 0) return info
  const node = nodeAt(file, info.textSpan)
  const signature = node && checker.getTypeAtLocation(node).getCallSignatures()[0]
  if (!signature) return info
  return {
    ...info,
    documentation: signature.getDocumentationComment(checker),
    tags: signature.getJsDocTags(),
  }
}

function nodeAt(file: ts.SourceFile, { start, length }: ts.TextSpan): ts.Node | undefined {
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (node.pos > start || node.end < start + length) return undefined
    const inner = ts.forEachChild(node, visit)
    return inner ?? (node.getStart(file) === start && node.end === start + length ? node : undefined)
  }
  return visit(file)
}
