import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { type NativeBackend, nativeBackend } from './native-backend.ts'

/** What a script of `test/` prints, in a process of its own. */
async function run(script: string, ...options: string[]): Promise<unknown> {
  const path = join(import.meta.dirname, '..', 'test', script)
  const { stdout } = await promisify(execFile)(process.execPath, [...options, path], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return JSON.parse(stdout)
}

interface Memory {
  readonly tensors: number
  readonly resident: number
}

test('ten thousand steps leave neither tensors nor resident memory behind', async () => {
  const result = (await run('steady-memory.ts', '--expose-gc')) as Record<'early' | 'late', Memory> & {
    readonly iterations: number
  }
  expect(result.iterations).toBe(10_000)
  expect(result.late.tensors).toBe(result.early.tensors)
  // A tensor that is forgotten costs TensorFlow some hundred bytes at least, one a step then 8000 · 500 = 4 MB. What is
  // freed but not given back to the system, and pages that JavaScript's heap keeps, come to less than that.
  expect(result.late.resident - result.early.resident).toBeLessThan(4e6)
})

test('signals during compiled steps leave the heap and the numbers whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'))
  try {
    const profile = ['--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${folder}`]
    const { first, last, count } = (await run('steps-under-signals.ts', ...profile)) as {
      readonly first: number[]
      readonly last: number[]
      readonly count: number
    }
    expect(count).toBeGreaterThan(10)
    last.forEach((loss, i) => {
      expect(Math.abs(loss / (first[i] ?? NaN) - 1)).toBeLessThan(1e-6)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('two hundred signatures hold no more graphs than the bound, and TensorFlow forgets the others', async () => {
  await useBackend('native')
  const backend = nativeBackend()
  const f = compile((x: tf.Tensor) => tf.tidy(() => x.square().sum()), { signatures: 8 })
  const before = tf.memory().numTensors
  const names: string[] = []
  const known = (): string[] => names.filter((name, i) => runs(name, i + 1))
  for (let size = 1; size <= 200; size++) {
    const x = tf.fill([size], 2)
    for (let i = 0; i < 3; i++) {
      const call = (): void => {
        f(x).dispose()
      }
      if (i === 2) names.push(nameOfGraph(backend, call))
      else call()
    }
    x.dispose()
    if (size % 40 === 0) expect(known()).toEqual(names.slice(-8))
  }
  expect(new Set(names).size).toBe(200)
  expect(f.explain()).toHaveLength(8)
  expect(tf.memory().numTensors).toBe(before)
  f.dispose()
  expect(known()).toEqual([])
})

/** The name under which TensorFlow knows the graph that a call runs. */
function nameOfGraph(backend: NativeBackend, call: () => void): string {
  const execute = backend.executeMultipleOutputs.bind(backend)
  let name = ''
  backend.executeMultipleOutputs = (...given) => {
    name = given[0]
    return execute(...given)
  }
  call()
  Reflect.deleteProperty(backend, 'executeMultipleOutputs')
  return name
}

/** Whether TensorFlow has the graph, of one vector. */
function runs(name: string, size: number): boolean {
  const x = tf.ones([size])
  try {
    tf.dispose(nativeBackend().executeMultipleOutputs(name, [], [x], 1))
    return true
  } catch (error) {
    expect(String(error)).toContain(name)
    return false
  } finally {
    x.dispose()
  }
}
