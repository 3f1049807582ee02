import { type BackendName, useBackend } from '../src/backend.ts'
import { derivativeCases } from './derivative-cases.ts'
import { checkHessian, type HessianErrors } from './hessian-check.ts'

/** Between these lines of the README stands the table. */
export const MARKERS = ['<!-- verified: written by `npm run verify` -->', '<!-- /verified -->'] as const

/** What a row is about: the operation, or the case where it is of several operations. */
export function rowNames(): string[] {
  return [...new Set(derivativeCases.map(({ kernel, name }) => kernel ?? name))]
}

/** The README's table: for each operation the largest errors of its cases, measured here and now. */
export async function derivativeTable(backends: readonly BackendName[]): Promise<string> {
  const columns: Map<string, HessianErrors>[] = []
  for (const backend of backends) {
    await useBackend(backend)
    columns.push(worstErrors())
  }
  const lines = rowNames().map(name => {
    const count = derivativeCases.filter(({ kernel, name: own }) => (kernel ?? own) === name).length
    const errors = columns.flatMap(column => {
      const { oracle, differences } = column.get(name) ?? { oracle: NaN, differences: NaN }
      return [oracle.toExponential(0), differences.toExponential(0)]
    })
    return `| ${[name, count, ...errors].join(' | ')} |`
  })
  const titles = backends.flatMap(backend => [`${backend}: float64`, `${backend}: differences`])
  return [
    `| ${['operation', 'cases', ...titles].join(' | ')} |`,
    `|---|${'---:|'.repeat(1 + titles.length)}`,
    ...lines,
  ].join('\n')
}

function worstErrors(): Map<string, HessianErrors> {
  const worst = new Map<string, HessianErrors>()
  for (const given of derivativeCases) {
    const name = given.kernel ?? given.name
    const errors = checkHessian(given)
    const before = worst.get(name) ?? errors
    worst.set(name, {
      oracle: Math.max(before.oracle, errors.oracle),
      differences: Math.max(before.differences, errors.differences),
    })
  }
  return worst
}
