import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'

/** Runs some code on the native backend in a process of its own, and gives back what it prints. */
function inProcess(code: string, environment: NodeJS.ProcessEnv = {}, flags: readonly string[] = []): string {
  const index = new URL('index.ts', import.meta.url).href
  const program = `
    import { useBackend } from '${index}'
    import * as tf from '@tensorflow/tfjs'
    await useBackend('native', { threads: 1 })
    ${code}`
  return execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      FORCE_COLOR: '0',
      TF_ENABLE_ONEDNN_OPTS: undefined,
      ...environment,
    },
  })
}

const SWITCH = `console.log(process.env.TF_ENABLE_ONEDNN_OPTS)`

test('oneDNN’s kernels are on whatever the processor is, unless the environment says otherwise', () => {
  expect(inProcess(SWITCH)).toBe('1\n')
  expect(inProcess(SWITCH, { TF_ENABLE_ONEDNN_OPTS: '0' })).toBe('0\n')
})

test('making tensors calls no deprecated function of Node', () => {
  const code = `console.log(tf.tensor1d(Int32Array.of(1, 2), 'int32').toFloat().sum().dataSync()[0])`
  expect(inProcess(code, {}, ['--throw-deprecation'])).toBe('3\n')
})
