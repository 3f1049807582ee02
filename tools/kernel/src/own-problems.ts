import ts from '@tslab/typescript-for-tslab'

/**
 * What TypeScript finds in a cell, without what the kernel's way of compiling causes: tslab ends a cell in
 * `export { losses, best }`, which reads every variable once. To strict TypeScript, `let losses = []` is then an array of
 * unknown type, and `let best: number` is used before it has a value; to later cells they are just right.
 *
 * A message with its reasons becomes one text, the reasons indented below.
 */
export function ownProblems(found: readonly ts.Diagnostic[]): ts.Diagnostic[] {
  const own = found.filter(
    problem => !(isStrict(problem) && isInExports(problem)) && problem.code !== outsideRootDir,
  )
  const untyped = new Set(own.filter(({ code }) => code === untypedUse).map(spannedText))
  return own
    .filter(problem => problem.code !== untypedDeclaration || untyped.has(spannedText(problem)))
    .map(problem => ({ ...problem, messageText: ts.flattenDiagnosticMessageText(problem.messageText, '\n') }))
}

/** A cell may import a source beside the notebook's folder; only its own output must lie inside. */
const outsideRootDir = 6059
const usedBeforeAssigned = 2454
/** "Variable 'x' implicitly has type 'any[]' in some locations", said of the declaration, … */
const untypedDeclaration = 7034
/** … and "Variable 'x' implicitly has an 'any[]' type", of each such location. */
const untypedUse = 7005

function isStrict({ code }: ts.Diagnostic): boolean {
  return code === usedBeforeAssigned || code === untypedUse
}

function isInExports({ file, start = 0 }: ts.Diagnostic): boolean {
  const exports = file?.text.lastIndexOf('\nexport {') ?? -1
  return exports >= 0 && start > exports
}

function spannedText({ file, start = 0, length = 0 }: ts.Diagnostic): string | undefined {
  return file?.text.slice(start, start + length)
}
