import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { kernelSpec } from '../src/kernelspec.ts'

/** Jupyter's own test of a kernel, jupyter_kernel_test; conformance.py says what of it is switched on. */

const home = mkdtempSync(join(tmpdir(), 'conformance-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

/** What a TypeScript kernel cannot have, and why. */
const allowedSkips = {
  // `?name` and `%page` are no TypeScript; the protocol calls this payload deprecated.
  test_pager: 'No code page something',
}

test('jupyter_kernel_test passes', async () => {
  const spec = join(home, 'kernels', 'flatland')
  mkdirSync(spec, { recursive: true })
  writeFileSync(join(spec, 'kernel.json'), JSON.stringify(kernelSpec({ node: process.execPath })))

  const root = join(import.meta.dirname, '../../..')
  const python = join(root, '.venv/bin/python')
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, 'conformance.py')], {
    cwd: root,
    // The suite waits for some replies without end.
    timeout: 50_000,
    env: { ...process.env, ...jupyterFoldersIn(home), PYTHONDONTWRITEBYTECODE: '1' },
  })
  expect(JSON.parse(stdout)).toEqual({
    passed: [
      'test_clear_output',
      'test_completion',
      'test_display_data',
      'test_error',
      'test_execute_result',
      'test_execute_stderr',
      'test_execute_stdout',
      'test_history',
      'test_inspect',
      'test_is_complete',
      'test_kernel_info',
      'test_recv_iopub_welcome_msg',
    ],
    skipped: allowedSkips,
    failed: {},
  })
})

/** So that nothing is read from, or written to, the user's own folders. */
function jupyterFoldersIn(folder: string): Record<string, string> {
  return {
    JUPYTER_PATH: folder,
    JUPYTER_DATA_DIR: join(folder, 'data'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    IPYTHONDIR: join(folder, 'ipython'),
  }
}
