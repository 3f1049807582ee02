import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test, vi } from 'vitest'
import type * as graphFunctionModule from './graph-function.ts'
import { linearise, type Linearised, type LinearMap } from './linearise.ts'

const disposed = vi.hoisted(() => ({ graphs: 0 }))
vi.mock('./graph-function.ts', async original => {
  const { graphFunction } = await original<typeof graphFunctionModule>()
  return {
    graphFunction: (...given: Parameters<typeof graphFunction>) => {
      const { run, dispose } = graphFunction(...given)
      const counted = (): void => {
        disposed.graphs++
        dispose()
      }
      return { run, dispose: counted }
    },
  }
})

const work = (a: tf.Tensor, v: tf.Tensor): tf.Tensor => tf.tidy(() => a.sqrt().mul(v))

beforeAll(async () => {
  await useBackend('native')
})

test('a map that nobody holds gives back what it held, and the others go on', async () => {
  const [a, v] = [tf.tensor1d([1, 4]), tf.tensor1d([3, 4])]
  const product = linearise(work)
  const kept = applied(product, a, v)
  const before = tf.memory().numTensors
  applied(product, a, v)
  expect(tf.memory().numTensors).toBe(before + 1)
  await collectGarbage()
  expect(tf.memory().numTensors).toBe(before)
  expect(kept.heldBytes).toBe(8)
  expect([...kept.apply(v).dataSync()]).toEqual([3, 8])
})

test('a function gives its graphs back when nobody holds it or a map of it', async () => {
  const [a, v] = [tf.tensor1d([1, 4]), tf.tensor1d([3, 4])]
  const kept = applied(linearise(work), a, v)
  await collectGarbage()
  const before = disposed.graphs
  expect([...kept.apply(v).dataSync()]).toEqual([3, 8])
  applied(linearise(work), a, v)
  await collectGarbage()
  expect(disposed.graphs).toBe(before + 2)
  expect([...kept.apply(v).dataSync()]).toEqual([3, 8])
})

/** A map that has run its graph. */
function applied(
  product: Linearised<tf.Tensor, tf.Tensor, tf.Tensor>,
  a: tf.Tensor,
  v: tf.Tensor,
): LinearMap<tf.Tensor, tf.Tensor> {
  const map = product.at(a)
  for (let i = 0; i < 3; i++) map.apply(v).dispose()
  return map
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let turn = 0; turn < 3; turn++) {
    collect()
    await setImmediate()
  }
}
