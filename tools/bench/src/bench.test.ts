import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bench } from './bench.ts'
import { benchTable } from './table.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flatland-bench-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** The host's Python without any package, so without PyTorch even where that is installed. */
function pythonWithoutTorch(): string {
  const file = join(folder, 'python')
  writeFileSync(file, '#!/bin/sh\nexec python3 -I -S "$@"\n')
  chmodSync(file, 0o755)
  return file
}

test('without PyTorch it says so and how to get it, and measures the rest', async () => {
  const lines: string[] = []
  const result = await bench({
    rounds: 1,
    only: ['mlp-16'],
    threads: 1,
    python: pythonWithoutTorch(),
    progress: line => lines.push(line),
  })
  const reason =
    "No module named 'torch'; to install it, about 5 GB: .venv/bin/pip install --require-hashes -r tools/setup/requirements-bench.txt"
  expect(result.missing).toEqual([{ name: 'pytorch', reason }])
  expect(lines).toContain(`pytorch is left out: ${reason}`)
  expect(result.baseline).toBe('native')
  const [steps] = result.parts
  expect(Object.keys(steps?.cases[0]?.runners ?? {})).toEqual(['native', 'compiled', 'wasm'])
  expect(steps?.cases[0]?.runners.native?.ratio?.median).toBe(1)

  const table = benchTable(result)
  expect(table).toContain(`Without PyTorch: ${reason}`)
  expect(table).toContain('wasm × native')
  expect(table).not.toContain('promised')
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
})

test('the curve comes with what the machine can do; a case of two parts is measured once', async () => {
  const result = await bench({
    parts: ['steps', 'curve'],
    rounds: 1,
    only: ['mlp-16'],
    threads: 1,
    python: pythonWithoutTorch(),
  })
  const [steps, curve] = result.parts
  expect(curve?.runners).toEqual(['native', 'compiled'])
  expect(curve?.cases[0]?.runners.compiled).toEqual(steps?.cases[0]?.runners.compiled)
  expect(result.peaks?.map(({ threads }) => threads)).toEqual([1])
  expect(result.fresh).toBeUndefined()
})

test.each([
  [
    { parts: ['step'] },
    "'step' is no part of the benchmark; choose from steps, optimizers, curve, fresh, all",
  ],
  [{ only: ['mlp'] }, "'mlp' is no case of the benchmark; choose from mlp-16, "],
  [{ rounds: 0 }, 'rounds is 0; it must be a positive integer'],
  [{ threads: 1.5 }, 'threads is 1.5; it must be a positive integer'],
])('bad options are refused before anything starts: %j', async (options, message) => {
  const lines: string[] = []
  await expect(bench({ ...options, progress: line => lines.push(line) })).rejects.toThrow(message)
  expect(lines).toEqual([])
})
