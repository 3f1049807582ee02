import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prints, trace, type Mend } from './mend.ts'
import { sharedFolder, startTested, type TestedKernel } from './tested-kernel.ts'

const group = 'Compiling and imports'

/** Writes an ES module package `fixture-NAME` with declarations, which the given manifest opens. */
function packageOf({ folder }: TestedKernel, name: string, code: string, manifest: object): void {
  folder.writeSource(name, 'index.mjs', code)
  folder.writeSource(name, 'index.d.mts', 'export declare const late: string\n')
  const whole = { name: `fixture-${name}`, version: '1.0.0', type: 'module', ...manifest }
  folder.writeSource(name, 'package.json', JSON.stringify(whole))
}

const importOnly = { exports: { '.': { types: './index.d.mts', import: './index.mjs' } } }

export const imports: Mend[] = [
  {
    group,
    row: 'a CommonJS package with its declarations',
    alsoPlain: 'this is what tslab is made for',
    async probe(kernel) {
      kernel.folder.writeSource('common', 'index.js', 'exports.half = x => x / 2\n')
      kernel.folder.writeSource('common', 'index.d.ts', 'export declare function half(x: number): number\n')
      const manifest = {
        name: 'fixture-common',
        version: '1.0.0',
        type: 'commonjs',
        main: 'index.js',
        types: 'index.d.ts',
      }
      kernel.folder.writeSource('common', 'package.json', JSON.stringify(manifest))
      return prints(kernel, '1.5', "import { half } from 'fixture-common'\nconsole.log(half(3))")
    },
  },
  {
    group,
    row: 'a package whose `exports` has only `import`',
    probe(kernel) {
      packageOf(kernel, 'import-only', "export const late = 'plain'\n", importOnly)
      return prints(
        kernel,
        'PLAIN',
        "import { late } from 'fixture-import-only'\nconsole.log(late.toUpperCase())",
      )
    },
  },
  {
    group,
    row: 'an ES module with a top-level await',
    probe(kernel) {
      packageOf(kernel, 'esm', "export const late = await Promise.resolve('late')\n", importOnly)
      return prints(kernel, 'LATE', "import { late } from 'fixture-esm'\nconsole.log(late.toUpperCase())")
    },
  },
  {
    group,
    row: 'the same by `await import()`',
    probe(kernel) {
      packageOf(kernel, 'dynamic', "export const late = await Promise.resolve('later')\n", importOnly)
      return prints(kernel, 'later', "const late = (await import('fixture-dynamic')).late\nconsole.log(late)")
    },
  },
  {
    group,
    row: 'TypeScript source of the workspace (`main` is `src/index.ts`), if its types can be blanked out',
    alsoPlain: 'Node 24 does so by itself; Node 20 did not',
    probe(kernel) {
      kernel.folder.writeSource('source', 'src/index.ts', "export { half, type Options } from './half.ts'\n")
      kernel.folder.writeSource(
        'source',
        'src/half.ts',
        'export interface Options {\n  of: number\n}\nexport function half({ of }: Options): number {\n  return of / 2\n}\n',
      )
      const code =
        "import { half, type Options } from 'fixture-source'\nconst o: Options = { of: 3 }\nconsole.log(half(o))"
      return prints(kernel, '1.5', code)
    },
  },
  {
    group,
    row: 'any TypeScript source: enums, parameter properties, imports without extension',
    probe(kernel) {
      kernel.folder.writeSource('enums', 'src/index.ts', "export { Phase, Run } from './phase'\n")
      kernel.folder.writeSource(
        'enums',
        'src/phase.ts',
        'export enum Phase {\n  Train = 3,\n}\nexport class Run {\n  constructor(readonly phase: Phase) {}\n}\n',
      )
      const code = "import { Phase, Run } from 'fixture-enums'\nconsole.log(new Run(Phase.Train).phase)"
      return prints(kernel, '3', code)
    },
  },
  {
    group,
    row: "a trace in the source's own lines",
    alsoPlain: 'Node 24 blanks types out in place; Node 20 could not load the source',
    async probe(kernel) {
      kernel.folder.writeSource(
        'traced',
        'src/index.ts',
        'interface Longer {\n  than: string\n}\n\nexport function fail(with_: Longer): never {\n  throw new RangeError(with_.than)\n}\n',
      )
      const cell = await kernel.run("import { fail } from 'fixture-traced'\nfail({ than: 'far' })")
      return /index\.ts:6:\d+/.test(trace(cell))
    },
  },
  {
    group,
    row: 'an edited source runs anew, without a restart, with those that import it',
    async probe(kernel) {
      const { folder } = kernel
      folder.writeSource('low', 'src/index.ts', 'export const low = 1\n')
      folder.writeSource(
        'high',
        'src/index.ts',
        "import { low } from 'fixture-low'\nexport const high = () => low * 10\n",
      )
      const code = "import { high } from 'fixture-high'\nconsole.log('value', high())"
      if (!(await prints(kernel, 'value 10', code))) return false
      folder.writeSource('low', 'src/index.ts', 'export const low = 2\n')
      return (await kernel.run(code)).stdout().endsWith('value 20')
    },
  },
  {
    group,
    row: 'and the user is told in one line',
    async probe(kernel) {
      const { folder } = kernel
      const code = "import { told } from 'fixture-told'\ntold"
      folder.writeSource('told', 'src/index.ts', 'export const told = 1\n')
      await kernel.run(code)
      await kernel.settled()
      folder.writeSource('told', 'src/index.ts', 'export const told = 2\n')
      return /^.*told\/src\/index\.ts.*$/.test((await kernel.run(code)).stdout())
    },
  },
  {
    group,
    row: 'JSON',
    alsoPlain: 'tslab sets resolveJsonModule',
    probe(kernel) {
      writeFileSync(join(kernel.folder.path, 'rows.json'), '[{ "loss": 0.5 }]')
      const attribute = kernel.subject.name === 'Deno' ? " with { type: 'json' }" : ''
      return prints(kernel, '0.5', `import rows from './rows.json'${attribute}\nconsole.log(rows[0].loss)`)
    },
  },
  {
    group,
    row: 'a value whose type has no name outside its package (TS4023)',
    probe(kernel) {
      kernel.folder.writeSource(
        'hidden',
        'src/index.ts',
        'interface Hidden {\n  value: number\n}\nexport const make = (): Hidden => ({ value: 1 })\n',
      )
      const code = "import { make } from 'fixture-hidden'\nconst made = make()"
      return prints(kernel, '2', code, 'console.log(made.value + 1)')
    },
  },
  {
    group,
    row: 'a value whose type cannot be named without a path (TS2742)',
    probe(kernel) {
      const inner = join(kernel.folder.path, '../libs/outer/node_modules/inner')
      kernel.folder.writeSource(
        'outer',
        'node_modules/inner/index.d.ts',
        'export interface Inner {\n  value: number\n}\n',
      )
      kernel.folder.writeSource('outer', 'node_modules/inner/index.js', '')
      writeFileSync(
        join(inner, 'package.json'),
        '{ "name": "inner", "version": "1.0.0", "types": "index.d.ts" }',
      )
      kernel.folder.writeSource('outer', 'index.js', 'exports.make = () => ({ value: 1 })\n')
      kernel.folder.writeSource(
        'outer',
        'index.d.ts',
        "import type { Inner } from 'inner'\nexport declare function make(): Inner\n",
      )
      const manifest = {
        name: 'fixture-outer',
        version: '1.0.0',
        type: 'commonjs',
        main: 'index.js',
        types: 'index.d.ts',
      }
      kernel.folder.writeSource('outer', 'package.json', JSON.stringify(manifest))
      const code = "import { make as makeOuter } from 'fixture-outer'\nconst outer = makeOuter()"
      return prints(kernel, '2', code, 'console.log(outer.value + 1)')
    },
  },
  {
    group,
    row: 'a class expression with a private member (TS4094)',
    probe: kernel =>
      prints(
        kernel,
        '3',
        'const Anonymous = class {\n  private p = 3\n  read() { return this.p }\n}',
        'console.log(new Anonymous().read())',
      ),
  },
  {
    group,
    row: 'types are checked',
    alsoPlain: 'tslab checks them, loosely',
    probe: async kernel => (await kernel.run('const wrong: number = "text"')).reply['status'] === 'error',
  },
  {
    group,
    row: 'and strictly: no silent `any`, no forgotten `undefined`',
    async probe(kernel) {
      const any = await kernel.run('function silent(x) { return x }')
      await kernel.settled()
      const forgotten = await kernel.run('const found: number = [1].find(x => x > 1)')
      return any.reply['status'] === 'error' && forgotten.reply['status'] === 'error'
    },
  },
  {
    group,
    row: 'a type error names the line and marks the column',
    async probe(kernel) {
      const text = trace(await kernel.run('const fine = 1\nconst wrong: number = "text"'))
      return text.includes('2:7') && /const wrong: number = "text"\n.*\^/.test(text)
    },
  },
  {
    group,
    row: 'no `@types` above the folder of the notebook',
    alsoPlain: 'tslab finds the @types/node installed with it',
    async probe({ subject }) {
      const folder = sharedFolder({ types: false })
      const bare = await startTested(subject, folder)
      try {
        return await prints(bare, 'here', "console.log('here')")
      } finally {
        await bare.end(0)
        folder.remove()
      }
    },
  },
  {
    group,
    row: 'the variables of earlier cells in `{ rate }`, and only there',
    probe: kernel =>
      prints(
        kernel,
        '{"rate":1} 2',
        'let rate = 1\nconst rows = { rate: 2 }',
        'const { rate: inner } = rows\nconsole.log(JSON.stringify({ rate }), inner)',
      ),
  },
  {
    group,
    row: '`export const`, as in code taken from a module',
    probe: kernel => prints(kernel, '5', 'export const exported = 5', 'console.log(exported)'),
  },
  {
    group,
    row: 'inspection shows types and doc comments',
    alsoPlain: "it is tslab's own",
    async probe(kernel) {
      await kernel.run('/** How fast it learns. */\nconst learningSpeed: number = 0.1')
      const asked = await kernel.client.ask('inspect_request', {
        code: 'learningSpeed',
        cursor_pos: 3,
        detail_level: 0,
      })
      const text = JSON.stringify(asked.replies[0]?.content)
      return text.includes('number') && text.includes('How fast it learns.')
    },
  },
]
