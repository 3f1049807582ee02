import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeHash } from './code-hash.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-hash '))
  write('package.json', '{ "name": "mine" }')
  write('node_modules/@flatland/own/package.json', '{ "main": "src/index.ts" }')
  write('node_modules/@flatland/own/src/index.ts', "export { deep } from './deep.ts'")
  write('node_modules/@flatland/own/src/deep.ts', 'export const deep = 1')
  write('node_modules/foreign/package.json', '{ "name": "foreign", "version": "1.0.0" }')
  write('node_modules/foreign/index.js', 'export default 1')
  write('types.ts', 'export type Nothing = 1')
  write('lazy.ts', 'export const lazy = 1')
  write('unused.ts', 'export const unused = 1')
  write(
    'main.ts',
    `// What a comment says is no import: import('./gone.ts'), or
/**
 * import gone from 'gone'
 */
import { readFile } from 'node:fs'
import {
  deep,
} from '@flatland/own'
import foreign from 'foreign'
import type { Nothing } from './types.ts'
export const lazy = () => import('./lazy.ts')`,
  )
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): void {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const hash = (): string => codeHash(pathToFileURL(join(folder, 'main.ts')))

test.each([
  ['node_modules/@flatland/own/src/deep.ts', 'export const deep = 2'],
  ['node_modules/@flatland/own/src/index.ts', "export { deep } from './deep.ts' // again"],
  ['node_modules/foreign/package.json', '{ "name": "foreign", "version": "1.0.1" }'],
  ['lazy.ts', 'export const lazy = 2'],
  ['main.ts', 'export const main = 1'],
])('an edit of %s makes another', (name, text) => {
  const before = hash()
  write(name, text)
  expect(hash()).not.toBe(before)
})

test.each([
  ['unused.ts', 'export const unused = 2'],
  ['types.ts', 'export type Nothing = 2'],
  ['node_modules/foreign/index.js', 'export default 2'],
  ['node_modules/@flatland/own/src/deep.test.ts', 'export {}'],
])('an edit of %s does not', (name, text) => {
  const before = hash()
  write(name, text)
  expect(hash()).toBe(before)
})

test('a package that is not installed is named', () => {
  write('main.ts', "import other from 'other'")
  expect(hash).toThrow("Cannot find package 'other'")
})

test('that of the trials is 64 digits', () => {
  expect(codeHash()).toMatch(/^[0-9a-f]{64}$/)
})
