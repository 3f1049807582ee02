import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VENV } from './repository.ts'
import { code, notebook, temporaryFolder, type Ended, type TestCell } from './test-support.ts'

const folder = temporaryFolder()
const parameters = `let profile: 'smoke' | 'lecture' = 'lecture'
let sizes = [1] // whole, from 1: of batches
let name = 'x'`
const cells = [
  code('p', parameters, ['parameters']),
  code('use', 'console.log(JSON.stringify([profile, sizes, name]))'),
]
const metadata = { kernelspec: { name: 'flatland', display_name: 'TypeScript', language: 'typescript' } }
writeFileSync(join(folder, 'given.ipynb'), JSON.stringify({ ...notebook(cells), metadata }))

/** The papermill of `.venv`, started as a user does. */
function papermill(...args: string[]): Promise<Ended> {
  const env = { ...process.env, JUPYTER_PATH: join(folder, 'jupyter') }
  return new Promise(resolve => {
    execFile(join(VENV, 'bin', 'papermill'), args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

const cellsIn = (name: string) =>
  (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: TestCell[] }).cells

test('papermill sets parameters, whatever characters are in them', async () => {
  const name = 'a "b" \\ \'c\' é\n</script>'
  const yaml = JSON.stringify({ sizes: [2, 3], name })
  const { code: exit, stderr } = await papermill(
    'given.ipynb',
    'set.ipynb',
    '-p',
    'profile',
    'smoke',
    '-y',
    yaml,
  )
  expect(stderr).not.toContain('unknown parameter')
  expect(exit).toBe(0)
  const [, injected, use] = cellsIn('set.ipynb')
  expect(injected?.metadata.tags).toEqual(['injected-parameters'])
  expect([injected?.source].flat().join('')).toContain('profile = "smoke"\n')
  expect(use?.outputs).toMatchObject([{ text: [`${JSON.stringify(['smoke', [2, 3], name])}\n`] }])
})

test('a name that the notebook does not declare is warned of, and does not compile', async () => {
  const { code: exit, stderr } = await papermill('given.ipynb', 'bad.ipynb', '-p', 'profil', 'smoke')
  expect(stderr).toContain('Passed unknown parameter: profil')
  expect(exit).toBe(1)
  const failed = cellsIn('bad.ipynb').flatMap(({ outputs }) => outputs ?? [])
  expect(JSON.stringify(failed)).toContain("Cannot find name 'profil'. Did you mean 'profile'?")
})

test('--help-notebook lists what the parameters take', async () => {
  const { stdout } = await papermill('--help-notebook', 'given.ipynb')
  expect(stdout).toContain("profile: smoke | lecture (default 'lecture')")
  expect(stdout).toMatch(/sizes: number\[\] \(whole, from 1\) \(default \[1\]\)\s+of batches/)
})
