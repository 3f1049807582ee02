import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** Each case runs a part of set-up in a process of its own, in an empty folder, with an empty cache. */
export let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flatland-setup-'))
  mkdirSync(join(folder, 'tools', 'setup'), { recursive: true })
  writeFileSync(join(folder, 'tools', 'setup', 'requirements.txt'), '')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs `code` with this folder's modules imported by name; resolves to what it printed, both streams. */
export function run(module: string, code: string, environment: Record<string, string> = {}): Promise<string> {
  const script = `const m = await import(${JSON.stringify(join(import.meta.dirname, module))})
    const root = ${JSON.stringify(folder)}
    try { ${code} } catch (error) { console.log('REFUSED: ' + error.message) }`
  // No colours, which Nx asks its tasks for: the texts are compared.
  const own = { FORCE_COLOR: '0', FLATLAND_BACKEND: '', FLATLAND_CACHE: join(folder, 'cache') }
  const env = { ...process.env, ...own, ...environment }
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { env, cwd: folder },
      (_, out, errors) => {
        resolve(out + errors)
      },
    )
  })
}

/** A PATH with nothing on it but the named programs, each of which does nothing. */
export function pathWith(...programs: string[]): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const program of programs) symlinkSync('/bin/true', join(bin, program))
  return bin
}

/** Writes an executable shell script; it must name its programs with their folders. */
export function script(file: string, ...lines: string[]): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  return file
}
