import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { nativeBackend } from './native-backend.ts'

test('a compiled function that nobody holds gives its graph back', async () => {
  await useBackend('native')
  const x = tf.scalar(2)
  const name = nameOfGraph(x)
  const run = (): tf.Tensor[] => nativeBackend().executeMultipleOutputs(name, [], [x], 1)
  // While it is there, the name is an operation: the collection has not run yet.
  expect(run()[0]?.dataSync()[0]).toBe(4)
  await collectGarbage()
  expect(run).toThrow(name)
})

/** The name under which TensorFlow knows the graph of a function, of which nothing is kept. */
function nameOfGraph(x: tf.Tensor): string {
  const backend = nativeBackend()
  const square = compile((given: tf.Tensor) => given.square())
  const names: string[] = []
  for (let call = 0; call < 3; call++) {
    if (call === 2) {
      const execute = backend.executeMultipleOutputs.bind(backend)
      backend.executeMultipleOutputs = (...given) => {
        names.push(given[0])
        return execute(...given)
      }
    }
    square(x).dispose()
  }
  Reflect.deleteProperty(backend, 'executeMultipleOutputs')
  return names[0] ?? ''
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let turn = 0; turn < 3; turn++) {
    collect()
    await setImmediate()
  }
}
