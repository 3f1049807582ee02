import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkKernel, report } from './examine.ts'
import { start, temporaryFolder } from './test-support.ts'

test('a line a check, with its mark', () => {
  const checks = [
    { name: 'Node', state: 'ok', found: '24.0.0' },
    { name: 'Native build', state: 'warning', found: 'none' },
    { name: 'Kernel', state: 'missing', found: 'run `npm run setup`' },
  ] as const
  expect(report(checks)).toBe('✓ Node: 24.0.0\n! Native build: none\n✗ Kernel: run `npm run setup`')
})

test('the backend that auto takes is told, with the reason', async () => {
  const { stdout } = await start(['doctor', '--json'], tmpdir(), { FLATLAND_BACKEND: 'cpu' }).ended
  const checks = JSON.parse(stdout) as { name: string; state: string; found: string }[]
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'Node',
      'npm',
      'Python',
      'Jupyter',
      'Kernel',
      'C++ compiler',
      'Native build',
      'Cache',
    ]),
  )
  expect(checks.at(-1)).toEqual({
    name: 'Backend',
    state: 'warning',
    found: 'auto takes cpu, 1 threads: FLATLAND_BACKEND asks for it',
  })
})

test('an unregistered kernel is ✗, and the line says what to do', () => {
  expect(checkKernel(null)).toEqual({
    name: 'Kernel',
    state: 'missing',
    found: 'flatland is not registered: run `npm run setup`.',
  })
})

test('a kernel whose paths lead nowhere and an unknown backend are ✗, and the exit code says so', async () => {
  const folder = temporaryFolder()
  const spec = join(folder, 'jupyter', 'kernels', 'flatland')
  // Jupyter looks here first, whether set-up has registered the kernel in .venv or not.
  writeFileSync(
    join(spec, 'kernel.json'),
    JSON.stringify({ argv: ['/gone/node', process.execPath, '{connection_file}'], display_name: 'gone' }),
  )
  const { code, stdout } = await start(['doctor'], folder, { FLATLAND_BACKEND: 'gpu' }).ended
  expect(code).toBe(1)
  expect(stdout).toContain(`✗ Kernel: flatland in ${spec} starts /gone/node, which does not exist: run`)
  expect(stdout).toMatch(/^✗ Backend: 'gpu' is no backend/m)
})
