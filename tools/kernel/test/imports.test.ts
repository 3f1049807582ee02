import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openNotebook, plainText, traceback } from './open-notebook.ts'

const { folder, kernel, result } = openNotebook()

describe('imports', () => {
  test('TypeScript sources of the workspace, typed, with errors in their own lines', async () => {
    folder.writeSource('one', 'src/index.ts', "export { half, type Options } from './half.ts'\n")
    folder.writeSource(
      'one',
      'src/half.ts',
      'export interface Options {\n  of: number\n}\n\nexport function half({ of }: Options): number {\n' +
        "  if (of < 0) throw new RangeError('negative')\n  return of / 2\n}\n",
    )
    expect(
      await result("import { half, type Options } from 'fixture-one'\nconst o: Options = { of: 3 }\nhalf(o)"),
    ).toBe('1.5')
    expect((await kernel().execute('half({ of: "3" })')).reply['evalue']).toMatch(/:1:8 - Type 'string'/)
    expect(traceback(await kernel().execute('half({ of: -1 })'))).toMatch(
      /at \S*half \(.*half\.ts:6:\d+\)\n.*cell\[\d+\]:1:\d/,
    )
  })

  test('a source by its path, in and beside the folder of the notebook', async () => {
    folder.writeSource('beside', 'src/index.ts', 'export const place = "beside"\n')
    writeFileSync(join(folder.path, 'helper.ts'), "export { place } from '../libs/beside/src/index.ts'\n")
    expect(await result("import { place } from '../libs/beside/src/index.ts'\nplace")).toBe("'beside'")
    expect(await result("import { place as again } from './helper.ts'\nagain.toUpperCase()")).toBe("'BESIDE'")
    expect(await result("import { place as third } from './helper'\nthird")).toBe("'beside'")
  })

  test('sources with errors of their own do not block a cell', async () => {
    writeFileSync(join(folder.path, 'faulty.ts'), 'export const n: number = "text"\n')
    expect(await result("import { n } from './faulty.ts'\nn")).toBe("'text'")
  })

  test('edited sources run anew, with new types, and so do those that import them', async () => {
    folder.writeSource('low', 'src/index.ts', 'export const low = 1\n')
    folder.writeSource(
      'high',
      'src/index.ts',
      "import { low } from 'fixture-low'\nexport const high = () => low * 10\n",
    )
    expect(await result("import { high } from 'fixture-high'\nhigh()")).toBe('10')
    folder.writeSource('low', 'src/index.ts', 'export const low = 2\nexport const added = "new"\n')
    const rerun = await kernel().execute("import { high } from 'fixture-high'\nhigh()")
    expect(rerun.reply).toMatchObject({ status: 'ok' })
    expect(rerun.of('execute_result').map(plainText)).toEqual(['20'])
    expect(rerun.stream('stdout')).toMatch(/^Reloaded .*low\/src\/index\.ts\n$/)
    expect(await result("import { added } from 'fixture-low'\nadded.toUpperCase()")).toBe("'NEW'")
  })

  test('a package is one instance for cells and sources', async () => {
    folder.writeSource(
      'tensors',
      'src/index.ts',
      "import * as tf from '@tensorflow/tfjs'\nexport const Tensor = tf.Tensor\n",
    )
    expect(
      await result(
        "import * as tf from '@tensorflow/tfjs'\nimport { Tensor } from 'fixture-tensors'\nTensor === tf.Tensor",
      ),
    ).toBe('true')
  })

  test('packages that are ES modules only, by import and by await import()', async () => {
    expect(await result("import { Command } from 'commander'\nnew Command('x').name()")).toBe("'x'")
    expect(
      await result(
        "const { xoroshiro128plus } = await import('pure-rand/generator/xoroshiro128plus')\ntypeof xoroshiro128plus",
      ),
    ).toBe("'function'")
  })

  test('packages that only import() opens', async () => {
    folder.writeSource('esm', 'index.mjs', 'export const late = await Promise.resolve("awaited")\n')
    folder.writeSource('esm', 'index.d.mts', 'export declare const late: string\n')
    const exports = { '.': { types: './index.d.mts', import: './index.mjs' } }
    folder.writeSource(
      'esm',
      'package.json',
      JSON.stringify({ name: 'fixture-esm', type: 'module', exports }),
    )
    expect(await result("import { late } from 'fixture-esm'\nlate.toUpperCase()")).toBe("'AWAITED'")
    expect(await result("(await import('fixture-esm')).late")).toBe("'awaited'")
  })

  test('values whose type has no name outside its package', async () => {
    folder.writeSource(
      'hidden',
      'src/index.ts',
      'interface Hidden {\n  value: number\n}\nexport const make = (): Hidden => ({ value: 1 })\n',
    )
    expect(await result("import { make } from 'fixture-hidden'\nconst made = make()", 'made.value + 1')).toBe(
      '2',
    )
    expect(
      await result(
        'const Anonymous = class {\n  private p = 3\n  read() { return this.p }\n}',
        'new Anonymous().read()',
      ),
    ).toBe('3')
  })

  test('after the compiler itself has failed once', async () => {
    folder.writeSource('late', 'src/index.ts', 'export const late = 1\n')
    const compiler = JSON.stringify(createRequire(import.meta.url).resolve('@tslab/typescript-for-tslab'))
    await result(
      `const { sys } = require(${compiler}); const readFile = sys.readFile`,
      'sys.readFile = () => { sys.readFile = readFile; throw new Error("no such file") }',
    )
    expect(await result("import { late } from 'fixture-late'\nlate")).toBe('1')
    expect(await result('late + 1')).toBe('2')
  })

  test('a source that was missing when a cell first asked for it', async () => {
    const code = "import { young } from './young.ts'\nyoung"
    expect((await kernel().execute(code)).reply['ename']).toBe('CompileError')
    writeFileSync(join(folder.path, 'young.ts'), 'export const young = 1\n')
    expect(await result(code)).toBe('1')
  })

  test('what is not there', async () => {
    expect((await kernel().execute("import { x } from './missing.ts'")).reply['evalue']).toMatch(
      /:1:19 - Cannot find module '\.\/missing\.ts'/,
    )
  })
})
