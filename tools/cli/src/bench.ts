import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from './usage-error.ts'

interface BenchOptions {
  readonly rounds?: number
  readonly only?: readonly string[]
  readonly threads?: number
  readonly python?: string
  readonly json?: string
  readonly chart?: string
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure training steps side by side: PyTorch, if installed, native and wasm')
    .option('--rounds <number>', 'how often everything is measured (default: 7)', Number)
    .option('--only <case...>', 'some rows of the table, e.g. mlp-16 cnn-32 (default: all)')
    .option('--threads <number>', 'threads inside one operation (default: all cores)', Number)
    .option('--python <file>', 'the Python that has PyTorch (default: that of .venv)')
    .option('--json <file>', 'where to save every time, with machine and versions (default: nowhere)')
    .option('--chart <file>', 'where to save the ratios as an SVG (default: nowhere)')
    .addHelpText(
      'after',
      `
It takes about five minutes on two cores; leave the machine alone meanwhile. PyTorch is no part of the set-up, since its
packages take about 5 GB. Once, in the folder of the clone:
  $ .venv/bin/pip install --require-hashes -r tools/setup/requirements-bench.txt

Example:
  $ npx flatland bench --rounds 9 --json bench.json --chart bench.svg`,
    )
    .action(runBench)
}

async function runBench({ json, chart, ...options }: BenchOptions): Promise<void> {
  for (const file of [json, chart]) {
    if (file !== undefined && !existsSync(dirname(resolve(file)))) {
      throw new UsageError(
        `${dirname(resolve(file))} does not exist: make the folder first, or name another file`,
      )
    }
  }
  // TensorFlow takes a second to load: only here.
  const { bench, benchChart, benchTable } = await import('@flatland/bench')
  const progress = (line: string) => {
    console.error(`• ${line}`)
  }
  const result = await bench({ ...options, progress }).catch((error: unknown) => {
    // The cases, rounds or threads that were typed.
    throw error instanceof RangeError ? new UsageError(error.message) : error
  })
  console.log(benchTable(result))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`)
  if (chart !== undefined) writeFileSync(chart, await benchChart(result).svg())
}
