import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kernelSpec } from '@flatland/kernel'
import { afterAll } from 'vitest'
import { ROOT } from './repository.ts'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts the command line as a user does, in `folder`. `ended` resolves with what it printed. */
export function start(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
  const bin = join(ROOT, 'tools', 'cli', 'bin', 'flatland.mjs')
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    // The kernel of these sources, whether set-up has registered it or not.
    env: { ...process.env, JUPYTER_PATH: join(folder, 'jupyter'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, as a terminal makes one.
    detached: true,
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (printed.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (printed.stderr += data.toString()))
  const ended = new Promise<Ended>(resolve => {
    child.on('close', code => {
      resolve({ code, ...printed })
    })
  })
  return { child, printed, ended }
}

/** What a terminal does: the signal goes to the whole process group. */
export function pressCtrlC({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT')
}

/** Resolves when the child has printed something that matches; rejects when it ends before. */
export function untilPrinted(
  child: ChildProcess,
  printed: { stdout: string; stderr: string },
  wanted: RegExp,
) {
  return new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = wanted.exec(printed.stdout + printed.stderr)
      if (found !== null) resolve(found[0])
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.on('close', () => {
      reject(new Error(`It ended before it printed ${String(wanted)}:\n${printed.stdout}${printed.stderr}`))
    })
  })
}

/** A folder in which a kernel finds the packages, with a space and a letter outside ASCII in its name. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flatland clï '))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const spec = join(folder, 'jupyter', 'kernels', 'flatland')
  mkdirSync(spec, { recursive: true })
  writeFileSync(join(spec, 'kernel.json'), JSON.stringify(kernelSpec({ node: process.execPath })))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

export interface TestCell extends Record<string, unknown> {
  cell_type: 'code' | 'markdown'
  id: string
  source: string
  metadata: { tags?: string[] }
  outputs?: Record<string, unknown>[]
  execution_count?: number | null
}

export function code(id: string, source: string, tags?: string[]): TestCell {
  return {
    cell_type: 'code',
    id,
    source,
    metadata: tags === undefined ? {} : { tags },
    outputs: [],
    execution_count: null,
  }
}

export function markdown(id: string, source: string): TestCell {
  return { cell_type: 'markdown', id, source, metadata: {} }
}

export function notebook(cells: TestCell[]) {
  return { nbformat: 4 as const, nbformat_minor: 5, metadata: {}, cells }
}
