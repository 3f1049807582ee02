/**
 * Shows a value below the cell: a chart as a chart, whatever has a `Symbol.for('Jupyter.display')` method as the MIME
 * bundle it returns, anything else as text. Await it when what follows must come after.
 *
 * @example
 * display(lineChart(rows, { x: 'step', y: 'loss' }))
 */
declare function display(value: unknown): Promise<void>
