import type { Chart } from '@flatland/charts'
import { optimizerChart, ratioChart } from './chart.ts'
import { throughputChart, timeChart } from './curve.ts'
import { PARTS } from './parts.ts'
import type { BenchResult, PartResult } from './result.ts'
import { notes, tablesOf } from './table.ts'
import { bulletsOf, markdownOf } from './text.ts'

/** The files of a page, by name: the page itself, and the pictures that it shows. */
export type PageFiles = ReadonlyMap<string, string>

/**
 * The result as a page in Markdown with charts as SVG files beside it. All its numbers are those of the result.
 *
 * @param name of the page's file, without `.md`; the charts are called `<name>-<chart>.svg`
 *
 * @example
 * const files = await benchPage(result, 'benchmark')
 * [...files.keys()] // ['benchmark.md', 'benchmark-steps.svg', …]
 */
export async function benchPage(result: BenchResult, name: string): Promise<PageFiles> {
  const files = new Map<string, string>()
  const sections: string[] = []
  for (const [i, table] of tablesOf(result).entries()) {
    const part = result.parts[i]
    const lines = [markdownOf(table)]
    for (const [chart, picture] of part === undefined ? [] : chartsOf(part, result)) {
      const file = `${name}-${chart}.svg`
      files.set(file, await picture.svg())
      lines.push(`![${picture.heading.replaceAll('\n', '. ')}](${file})`)
    }
    sections.push(lines.join('\n\n'))
  }
  const page = [HEAD, `    ${commandOf(result, name)}`, bulletsOf(notes(result)), ...sections].join('\n\n')
  return new Map([[`${name}.md`, `${page}\n`], ...files])
}

const HEAD = `# Benchmark

Steps, gradients and Hessian-vector products of an MLP (784–512×5–10), a CNN (32×32×3 images) and a small BERT, side by
side: PyTorch; TensorFlow.js on native TensorFlow, operation by operation (native) and by functions that are traced once
and run as one operation (compiled; small graphs on one thread, since waking the others takes longer); and on wasm. All
compute the same, which is checked before anything is timed; they take turns, one at a time. This page is made by the
command:`

/** The one that makes this page again. */
function commandOf({ parts, fresh, rounds, threads }: BenchResult, name: string): string {
  const names = [...parts.map(part => part.name), ...(fresh ? ['fresh'] : [])]
  const asked = names.length === PARTS.length ? 'all' : names.join(' ')
  return `npx flatland bench ${asked} --rounds ${rounds} --threads ${threads} --page docs/${name}.md`
}

function chartsOf(part: PartResult, result: BenchResult): (readonly [name: string, Chart])[] {
  if (part.name === 'curve') {
    return [
      ['curve', timeChart(part, result)],
      ['throughput', throughputChart(part, result)],
    ]
  }
  if (part.name === 'optimizers') {
    const sizes = new Set(part.cases.map(({ batch }) => batch))
    return [...sizes].map(batch => [`optimizers-${batch}`, optimizerChart(part, batch, result)])
  }
  return part.runners.length < 2 ? [] : [[part.name, ratioChart(part, result)]]
}
