import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kernelSpec } from './kernelspec.ts'

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
