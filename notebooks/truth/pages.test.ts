import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as charts from '@flatland/charts'
import * as datasets from '@flatland/datasets'
import { differenceOf, runExample } from '@flatland/doc-examples'
import * as hessian from '@flatland/hessian'
import * as networks from '@flatland/networks'
import * as tensor from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { committedNotebooks, folder } from './committed.ts'

beforeAll(async () => {
  await tensor.useBackend()
})

const root = dirname(folder)
const page = (file: string) => readFileSync(join(root, file), 'utf8')
const libs = readdirSync(join(root, 'libs'))

test('each lib but that of the tests has a page', () => {
  const pages = libs.filter(lib => readdirSync(join(root, 'libs', lib)).includes('README.md'))
  expect(pages).toEqual(libs.filter(lib => lib !== 'doc-examples'))
})

/** What people read, by its path. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'tools/kernel/README.md',
  ...libs.filter(lib => lib !== 'doc-examples').map(lib => `libs/${lib}/README.md`),
  ...readdirSync(join(root, 'docs'))
    .filter(file => file.endsWith('.md'))
    .map(file => `docs/${file}`),
]

/** The groups of every match in what a page shows; '' for one that has no part in a match. */
function matches(file: string, pattern: RegExp): string[][] {
  const shown = page(file).replaceAll(/<!--.*?-->/gs, '')
  return Array.from(shown.matchAll(pattern), ([, ...groups]: readonly (string | undefined)[]) =>
    groups.map(group => group ?? ''),
  )
}

describe.each(pages)('%s', file => {
  test('its links and pictures within the clone lead somewhere', () => {
    const targets = matches(file, /\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g).flat()
    const missing = targets.filter(target => !existsSync(join(root, dirname(file), decodeURI(target))))
    expect(missing).toEqual([])
  })

  test('its npm commands are scripts, and its Nx targets are targets', () => {
    interface Package {
      readonly scripts?: Record<string, string>
    }
    const scripts = (folder: string) =>
      Object.keys((JSON.parse(page(join(folder, 'package.json'))) as Package).scripts ?? {})
    const packageFolder = (name: string) =>
      ['libs', 'tools'].map(group => `${group}/${name}`).find(each => existsSync(join(root, each))) ?? name
    const called = matches(file, /\bnpm (?:run ([\w:-]+)|(start|test)\b)(?: -w @flatland\/([\w-]+))?/g)
    const unknown = called.filter(
      ([script, short, lib]) => !scripts(lib ? packageFolder(lib) : '.').includes([script, short].join('')),
    )
    expect(unknown).toEqual([])
    const { targetDefaults } = JSON.parse(page('nx.json')) as { targetDefaults: Record<string, unknown> }
    for (const [target = '', project = ''] of matches(file, /\bnpx nx (?!run-many)([\w:]+) ([\w-]+)/g)) {
      expect(Object.keys(targetDefaults)).toContain(target)
      expect(existsSync(join(root, packageFolder(project)))).toBe(true)
    }
  })
})

test('the commands of the README are there, with the options that it names', () => {
  const bin = join(root, 'tools', 'cli', 'bin', 'flatland.mjs')
  const help = (...args: string[]) =>
    execFileSync(process.execPath, [bin, ...args, '--help'], { encoding: 'utf8' })
  const named = matches('README.md', /\bnpx flatland (\w+)([^`#\n]*)/g)
  const commands = new Set(named.map(([command = '']) => command))
  expect([...commands].sort()).toEqual(matchesIn(help(), /^ {2}(\w+) /gm))
  for (const command of commands) {
    const told = help(command)
    const options = named
      .filter(([each]) => each === command)
      .flatMap(([, rest = '']) => Array.from(rest.matchAll(/ (--?[a-z-]+)/g), ([, option = '']) => option))
    expect([command, ...options.filter(option => !told.includes(option))]).toEqual([command])
  }
})

/** The first group of every match, sorted. */
function matchesIn(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, group = '']) => group).sort()
}

test('the README has one picture of each notebook, which says in words what it shows', () => {
  const names = committedNotebooks().map(({ name }) => name)
  const shown = matches('README.md', /!\[(.*?)\]\(notebooks\/pictures\/([^)]+)\.svg\)/g)
  expect(shown.map(([, name]) => name).sort()).toEqual(names)
  for (const [alt, name] of shown) expect([name, (alt ?? '').length > 30]).toEqual([name, true])
  const kept = readdirSync(join(folder, 'pictures')).filter(file => !file.endsWith('.ts'))
  expect(kept.sort()).toEqual(names.map(name => `${name}.svg`))
  for (const file of kept) expect(page(`notebooks/pictures/${file}`).length).toBeLessThan(100_000)
})

/** Pages whose first block of TypeScript is run. */
const withExample = [
  'README.md',
  'libs/charts/README.md',
  'libs/datasets/README.md',
  'libs/networks/README.md',
]

describe('the example that begins a page', () => {
  const modules: Record<string, object> = {
    '@flatland/charts': charts,
    '@flatland/datasets': datasets,
    '@flatland/hessian': hessian,
    '@flatland/networks': networks,
    '@flatland/tensor': tensor,
  }
  /** What `import { a, b } from 'module'` takes; other imports are of TensorFlow. */
  const imported = (code: string) =>
    Array.from(code.matchAll(/^import \{ (.+) \} from '(.+)'$/gm), ([, names = '', module = '']) =>
      names.split(', ').map(name => [name, (modules[module] as Record<string, unknown>)[name]] as const),
    ).flat()

  test.each(withExample)('%s: what it says comes out', async file => {
    const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(page(file)) ?? []
    const scope = Object.fromEntries(imported(code))
    expect(Object.entries(scope).filter(([, value]) => value === undefined)).toEqual([])
    const tensors = tf.memory().numTensors
    const body = code.replaceAll(/^import .*\n/gm, '')
    const stated = await runExample({ file, code: body }, { ...scope, tf })
    expect(stated.length).toBeGreaterThan(1)
    expect(stated.flatMap(each => differenceOf(each) ?? [])).toEqual([])
    expect(tf.memory().numTensors).toBe(tensors)
  })

  test.each(['charts', 'networks'])('%s: its table names what there is', lib => {
    const named = new Set(
      Array.from(page(`libs/${lib}/README.md`).matchAll(/`(\w+)`/g), ([, name = '']) => name),
    )
    const offered = Object.entries(modules[`@flatland/${lib}`] ?? {}).filter(
      ([, value]) => typeof value === 'function',
    )
    expect(offered.map(([name]) => name).filter(name => !named.has(name))).toEqual([])
  })
})

test('CONTRIBUTING says who may import whom as lint enforces it', async () => {
  interface Constraint {
    readonly sourceTag: string
    readonly onlyDependOnLibsWithTags: readonly string[]
  }
  const { default: config } = (await import(pathToFileURL(join(root, 'eslint.config.mjs')).href)) as {
    default: readonly { readonly rules?: Record<string, [string, { depConstraints: Constraint[] }]> }[]
  }
  const rule = config
    .flatMap(each => each.rules?.['@nx/enforce-module-boundaries'] ?? [])
    .find(each => typeof each === 'object')
  const enforced = new Map(
    rule?.depConstraints.map(({ sourceTag, onlyDependOnLibsWithTags: tags }) => [
      sourceTag.replace('layer:', ''),
      tags.map(tag => tag.replace('layer:', '')).filter(tag => tag !== 'doc-examples'),
    ]),
  )
  const everything = libs.filter(lib => lib !== 'doc-examples')
  const told = Array.from(
    page('CONTRIBUTING.md').matchAll(/^\| `(?:libs\/)?([\w-]+)` \| .+ \| (.+) \|$/gm),
    ([, lib = '', may = '']) => {
      if (may === 'nothing') return [lib, []] as const
      if (may === 'all above but charts')
        return [lib, everything.filter(each => each !== 'charts' && each !== lib)] as const
      return [lib, may === 'any' ? everything : may.split(', ')] as const
    },
  )
  expect(told.map(([lib]) => lib).sort()).toEqual([...libs, 'notebooks'].sort())
  for (const [lib, may] of told)
    expect([lib, ...(enforced.get(lib) ?? []).filter(each => each !== 'tools').sort()]).toEqual([
      lib,
      ...[...may].sort(),
    ])
})

test('the citation has the version of the package, and what the format asks for', () => {
  const fields = new Map(
    Array.from(page('CITATION.cff').matchAll(/^([\w-]+): *(.*)$/gm), ([, key = '', value = '']) => [
      key,
      value,
    ]),
  )
  const { version, license } = JSON.parse(page('package.json')) as { version: string; license: string }
  expect(fields.get('cff-version')).toBe('1.2.0')
  expect(fields.get('version')).toBe(version)
  expect(fields.get('license')).toBe(license)
  for (const required of ['message', 'title', 'authors']) expect([...fields.keys()]).toContain(required)
})
