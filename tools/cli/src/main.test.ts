import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { start } from './test-support.ts'

const flatland = (...args: string[]) => start(args, tmpdir()).ended

test.each([
  [
    ['labb'],
    /unknown command 'labb'.*Did you mean lab\?.*Allowed: lab, run, handout, bench, results, worker, queue, doctor, kernel/,
  ],
  [['lab', '--prot', '9000'], /unknown option '--prot'.*Did you mean --port\?.*--no-browser/],
  [['lab', '--port', '99999'], /from 1 to 65535/],
  [['lab', 'extra'], /too many arguments/],
  [['kernel', 'instal'], /unknown command 'instal'.*Did you mean install\?.*Allowed: install, uninstall/],
  [['kernel', 'install', '--prefx', 'x'], /unknown option '--prefx'.*Did you mean --prefix\?/],
  [['kernel', 'install', '--prefix'], /argument missing.*See flatland kernel install --help/],
  [['run'], /missing required argument 'notebook'/],
  [['run', 'no-such-notebook-at-all'], /no notebook 'no-such-notebook-at-all'/],
  [['run', '--bogus'], /unknown option '--bogus'.*--sweep/],
  [['run', '05', '-p', 'sed=1'], /no parameter 'sed'. \(Did you mean seed\?\) Parameters: profile, seed/],
  [['run', '05', '-p', 'seed=no'], /seed=no: seed takes number/],
  [
    ['run', '05', '--profile', 'smoke', '-p', 'profile=paper'],
    /profile is given twice: as smoke and as paper/,
  ],
  [['run', '05', '--sweep', 'seed=1,1'], /--sweep seed: 1 is there twice/],
  [['run', '05', '--profile', 'smok'], /Allowed choices are smoke, lecture, paper/],
  [['handout', '05', '--from', 'a.ipynb', '--profile', 'smoke'], /leave out --profile/],
  [['handout', '05', '--from', 'nowhere.ipynb'], /nowhere\.ipynb: there is no such file/],
  [['bench', 'step'], /'step' is no part of the benchmark; choose from steps, optimizers, curve, fresh, all/],
  [['bench', '--only', 'mlp-17'], /'mlp-17' is no case of the benchmark; choose from mlp-16, /],
  [['bench', '--page', 'benchmark.html'], /benchmark\.html is no name of a page: it has to end in \.md/],
  [['bench', '--page', 'nowhere/benchmark.md'], /nowhere does not exist: make the folder first/],
  [
    ['results', 'export', 'trials.xls'],
    /trials\.xls is no name of a table: it has to end in \.csv or \.parquet/,
  ],
  [['results', 'export', 'nowhere/trials.csv'], /nowhere does not exist: make the folder first/],
  [['results', 'list', '--store', 'nowhere'], /nowhere: there is no such folder/],
  [['results', 'prune', '--dry'], /unknown option '--dry'.*Did you mean --dry-run\?/],
])('%j is refused in one line', async (args, reason) => {
  const { code, stdout, stderr } = await flatland(...args)
  expect(stderr).toMatch(reason)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect([code, stdout]).toEqual([2, ''])
})

const commands = [
  ...['lab', 'run', 'handout', 'bench', 'doctor', 'kernel install', 'kernel uninstall'],
  ...['results', 'results list', 'results show', 'results export', 'results prune'],
]
test.each(commands)('%s --help has an example', async command => {
  const { code, stdout } = await flatland(...command.split(' '), '--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`Examples?:\n {2}\\$ npx flatland ${command}`))
})

test('--version prints the version of the workspace', async () => {
  expect(await flatland('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' })
})
