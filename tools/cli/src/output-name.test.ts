import { expect, test } from 'vitest'
import { outputName } from './run.ts'

const notebook = { name: '06-accuracy', path: '/notebooks/06-accuracy.ipynb' }

test.each([
  [undefined, [], '06-accuracy'],
  ['smoke', [], '06-accuracy.smoke'],
  ['smoke', ['seed=1', 'profile=smoke'], '06-accuracy.smoke.seed=1'],
  [undefined, ['seed=1', 'profile=paper'], '06-accuracy.paper.seed=1'],
  [undefined, ['sizes=[1,32]', 'rate=1e-3'], '06-accuracy.sizes=[1,32].rate=1e-3'],
] as const)('profile %s with %j: %s', (profile, settings, name) => {
  expect(outputName(notebook, profile, settings)).toBe(name)
})

test('no value leads out of the folder, and different values keep different names', () => {
  const names = ['a/../b', 'a/.. b', 'é', 'è', 'x'.repeat(300), 'x'.repeat(301)].map(value =>
    outputName(notebook, undefined, [`name=${value}`]),
  )
  expect(new Set(names).size).toBe(6)
  for (const name of names) expect(name).toMatch(/^06-accuracy\.[\w.,=+[\]-]{1,170}$/)
})
