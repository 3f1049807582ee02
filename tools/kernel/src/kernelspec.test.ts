import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { kernelSpec, writeKernelSpec } from './kernelspec.ts'

const folder = mkdtempSync(join(tmpdir(), 'kernelspec-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('starts the given node on the kernel beside this file, with the connection file as Jupyter fills it in', () => {
  const { argv, language, interrupt_mode } = kernelSpec({ node: '/opt/node' })
  expect(argv[0]).toBe('/opt/node')
  expect(argv.at(-1)).toBe('{connection_file}')
  expect(argv.filter(argument => argument.endsWith('main.ts')).map(existsSync)).toEqual([true])
  expect([language, interrupt_mode]).toEqual(['typescript', 'message'])
})

test('starts another main where one is given', () => {
  expect(kernelSpec({ node: 'node', main: '/elsewhere/main.js' }).argv).toContain('/elsewhere/main.js')
})

test('the folder has the kernel and its logos, is written once, and mended where it was changed', () => {
  const place = join(folder, 'kernels', 'flatland')
  const spec = () => JSON.parse(readFileSync(join(place, 'kernel.json'), 'utf8')) as unknown
  expect(writeKernelSpec(place, { node: '/opt/node' })).toBe(true)
  expect(spec()).toEqual(kernelSpec({ node: '/opt/node' }))
  expect(readFileSync(join(place, 'logo-svg.svg'), 'utf8')).toMatch(/^<svg .*viewBox="0 0 64 64"/)
  for (const size of [32, 64]) {
    const png = readFileSync(join(place, `logo-${size}x${size}.png`))
    // Width and height stand at the beginning of every PNG.
    expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      'PNG',
      size,
      size,
    ])
  }
  expect(writeKernelSpec(place, { node: '/opt/node' })).toBe(false)

  writeFileSync(join(place, 'logo-64x64.png'), 'of an earlier version')
  expect(writeKernelSpec(place, { node: '/opt/other' })).toBe(true)
  expect(spec()).toEqual(kernelSpec({ node: '/opt/other' }))
  expect(readFileSync(join(place, 'logo-64x64.png'), 'latin1')).toContain('PNG')
})
