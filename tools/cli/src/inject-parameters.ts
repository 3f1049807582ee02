import { hasTag, type Notebook } from './notebook-schema.ts'
import type { ParameterValue } from './parameter-type.ts'
import type { ParameterValues } from './parameter-values.ts'

/**
 * Puts a cell that sets the values after the cell tagged `parameters`, tagged `injected-parameters`: papermill's
 * convention. One that an earlier run injected is replaced.
 *
 * It assigns, where papermill would declare: the `parameters` cell has declared each with its type, so that a value
 * which the notebook does not take fails to compile.
 *
 * @returns a new notebook; the given one when there is nothing to set
 */
export function injectParameters(notebook: Notebook, values: ParameterValues): Notebook {
  if (values.size === 0) return notebook
  const own = notebook.cells.filter(each => !hasTag(each, 'injected-parameters'))
  const injected = {
    cell_type: 'code',
    // Cell ids came with format 4.5.
    ...(notebook.nbformat_minor >= 5 ? { id: 'injected-parameters' } : {}),
    metadata: { tags: ['injected-parameters'] },
    source: ['// Parameters', ...[...values].map(([name, value]) => `${name} = ${literal(value)}`)].join(
      '\n',
    ),
    outputs: [],
    execution_count: null,
  }
  return {
    ...notebook,
    cells: own.toSpliced(own.findIndex(each => hasTag(each, 'parameters')) + 1, 0, injected),
  }
}

/** As the notebooks write it: JSON, strings in single quotes. */
function literal(value: ParameterValue): string {
  if (typeof value === 'object') return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'string') return String(value)
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
