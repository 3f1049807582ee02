import remapping from '@jridgewell/remapping'
import { encode } from '@jridgewell/sourcemap-codec'
import ts from '@tslab/typescript-for-tslab'
import { inlineMap, takeInlineMap } from './inline-map.ts'
import { interruptPoints, names } from './interrupt-points.ts'
import { cellParameter, liveBindings } from './live-bindings.ts'
import { cellUrl } from './trace.ts'

/**
 * Turns a compiled cell into a script: an expression whose value is
 * `async (exports, require, __pending, __cell) => …`; for the last two see interrupt-points.ts and live-bindings.ts. Its
 * source map leads back to the cell's own lines, in every trace Node prints.
 *
 * @param module The compiler's ES module, with its inline source map.
 * @param number The cell's In [number].
 */
export function cellScript(module: string, number: number): string {
  const taken = takeInlineMap(module)
  if (!taken) throw new Error('The compiler gave a cell without a source map.')
  const { code, map } = taken
  const live = liveBindings(code)
  const { outputText, sourceMapText } = ts.transpileModule(live.toString(), {
    fileName: 'cell.js',
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      sourceMap: true,
    },
    transformers: { before: [interruptPoints], after: [withoutPreamble] },
  })
  const body = outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
  const maps = [sourceMapText ?? '', live.generateMap({ hires: 'boundary' }).toString(), map]
  const { mappings } = remapping(maps, () => null, { decodedMappings: true })
  const composed = JSON.stringify({
    version: 3,
    sources: [cellUrl(number)],
    names: [],
    mappings: encode(intoWrapper(callsAtCallee(mappings, body))),
  })
  return `(async function (exports, require, ${names.pending}, ${cellParameter}) {\n${body}})\n//# sourceURL=${cellUrl(number)}\n${inlineMap(composed)}`
}

type Mappings = Parameters<typeof encode>[0]

/**
 * A trace gives the place of a call: of `f(x)` that is the `f`, but of `(0, exports.f)(x)` it is the last parenthesis. The
 * reader wrote `f(x)`, and is led to the `f`.
 */
function callsAtCallee(mappings: unknown, code: string): Mappings {
  const lines = code.split('\n')
  return (mappings as Mappings).map((segments, index) => {
    const calls = [...(lines[index] ?? '').matchAll(indirectCall)]
    return calls.reduce((line, { index: start, 0: text, 1: object = '' }) => {
      const call = start + text.length
      const callee = line.findLast(([column]) => column <= start + object.length)
      if (callee?.length !== 4) return line
      const [, source, cellLine, cellColumn] = callee
      const others = line.filter(([column]) => column !== call)
      return [...others, [call, source, cellLine, cellColumn] as Segment].sort(([a], [b]) => a - b)
    }, segments)
  })
}

type Segment = Mappings[number][number]
const indirectCall = /(\(0, [^\s().]+\.)[^\s().]+\)(?:\?\.(?=\()| (?=`)|(?=[(`]))/g

/** The script has one line more above the code than the module; the cell has one less (tslab's `export {};`). */
function intoWrapper(mappings: Mappings): Mappings {
  const lines = mappings.map(line =>
    line.flatMap(segment => {
      const [column, source, cellLine, cellColumn] = segment
      if (source === undefined || cellLine === undefined || cellLine === 0) return []
      return [[column, source, cellLine - 1, cellColumn ?? 0] as [number, number, number, number]]
    }),
  )
  return [[], ...lines]
}

/**
 * Leaves out what TypeScript puts before the code of a CommonJS module: the `__esModule` mark, and
 * `exports.rate = void 0`, which would forget the value of an earlier cell even if this one fails before it gives a new.
 */
function withoutPreamble(): ts.Transformer<ts.SourceFile> {
  return file => {
    const kept = file.statements.filter(
      statement =>
        !(statement.pos < 0 && ts.isExpressionStatement(statement) && isPreamble(statement.expression)),
    )
    return ts.factory.updateSourceFile(file, kept)
  }
}

function isPreamble(expression: ts.Expression): boolean {
  if (ts.isCallExpression(expression)) {
    const marked = expression.arguments[1]
    return marked !== undefined && ts.isStringLiteral(marked) && marked.text === '__esModule'
  }
  let value = expression
  while (ts.isBinaryExpression(value)) value = value.right
  return ts.isVoidExpression(value)
}
