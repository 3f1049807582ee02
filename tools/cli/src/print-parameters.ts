/** Prints as JSON what papermill lists of a notebook's parameters; the source of the cell comes on stdin. */
import { text } from 'node:stream/consumers'
import { readParameters } from './notebook-parameters.ts'
import { describeAllowed } from './parameter-values.ts'

const cell = { cell_type: 'code', metadata: { tags: ['parameters'] }, source: await text(process.stdin) }
const parameters = readParameters({ nbformat: 4, nbformat_minor: 5, cells: [cell] }) ?? []
// The field names are papermill's.
console.log(
  JSON.stringify(
    parameters.map(parameter => ({
      name: parameter.name,
      inferred_type_name: describeAllowed(parameter),
      default: parameter.defaultText,
      help: parameter.note ?? '',
    })),
  ),
)
