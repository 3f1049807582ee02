import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from './usage-error.ts'

interface BenchOptions {
  readonly rounds?: number
  readonly only?: readonly string[]
  readonly threads?: number
  readonly python?: string
  readonly json?: string
  readonly page?: string
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure training steps side by side: PyTorch, if installed, native, compiled and wasm')
    .argument('[part...]', 'steps, optimizers, curve, fresh, or all (default: steps)')
    .option('--rounds <number>', 'how often everything is measured (default: 7)', Number)
    .option('--only <case...>', 'some rows of the tables, e.g. mlp-16 cnn-32 (default: all)')
    .option('--threads <number>', 'threads inside one operation (default: all cores)', Number)
    .option('--python <file>', 'the Python that has PyTorch (default: that of .venv)')
    .option('--json <file>', 'where to save every time, with machine and versions (default: nowhere)')
    .option('--page <file.md>', 'where to save tables and charts; these lie beside it (default: nowhere)')
    .addHelpText(
      'after',
      `
Parts:
  steps       training steps, gradients and Hessian-vector products of an MLP and a CNN, and what is promised of them
  optimizers  SGD to AdamW beside PyTorch's default, foreach and fused ones; LARS, LAMB, SAM and ASAM, which it lacks
  curve       a step at batch sizes 1, 2, 4 … 16384, beside what the machine could do (roofline)
  fresh       first calls and memory, each in a process of its own

The steps take some ten minutes on two cores, all parts some twenty with --rounds 5; leave the machine alone
meanwhile. PyTorch is no part of the set-up, since its packages take about 5 GB. Once, in the folder of the clone:
  $ .venv/bin/pip install --require-hashes -r tools/setup/requirements-bench.txt

Examples:
  $ npx flatland bench --rounds 9 --json bench.json
  $ npx flatland bench all --rounds 5 --page docs/benchmark.md`,
    )
    .action(runBench)
}

async function runBench(parts: readonly string[], { json, page, ...options }: BenchOptions): Promise<void> {
  if (page !== undefined && !page.endsWith('.md')) {
    throw new UsageError(`${page} is no name of a page: it has to end in .md`)
  }
  for (const file of [json, page]) {
    if (file !== undefined && !existsSync(dirname(resolve(file)))) {
      throw new UsageError(
        `${dirname(resolve(file))} does not exist: make the folder first, or name another file`,
      )
    }
  }
  // TensorFlow takes a second to load: only here.
  const { bench, benchPage, benchTable } = await import('@flatland/bench')
  const progress = (line: string) => {
    console.error(`• ${line}`)
  }
  const result = await bench({ ...options, parts, progress }).catch((error: unknown) => {
    // The parts, cases, rounds or threads that were typed.
    throw error instanceof RangeError ? new UsageError(error.message) : error
  })
  console.log(benchTable(result))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`)
  if (page === undefined) return
  const files = await benchPage(result, basename(page, '.md'))
  for (const [name, content] of files) writeFileSync(join(dirname(resolve(page)), name), content)
}
