/**
 * Which of TensorFlow's threads work for a small graph, and which for a large one: prints how many of those that were
 * there before, and are not the main one, used processor time.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { compile } from '../src/index.ts'

await useBackend('native', { threads: 2 })
const eager = (): void => {
  tf.tidy(() => tf.matMul(tf.ones([512, 512]), tf.ones([512, 512])))
}
eager()
const there = [...busyTicks().keys()]
console.log(JSON.stringify({ small: helpers(16), large: helpers(1024) }))

/** Half a second of products [rows, 512] · [512, 512]. */
function helpers(rows: number): number {
  const product = compile((a: tf.Tensor2D, b: tf.Tensor2D) => tf.matMul(a, b))
  const [a, b] = [tf.ones<tf.Rank.R2>([rows, 512]), tf.ones<tf.Rank.R2>([512, 512])]
  const before = busyTicks()
  const end = performance.now() + 500
  while (performance.now() < end) product(a, b).dispose()
  const after = busyTicks()
  // Of fifty ticks: one may belong to what a thread does when it starts.
  return there.filter(id => id !== String(process.pid) && (after.get(id) ?? 0) - (before.get(id) ?? 0) > 5)
    .length
}

/** Ticks of 10 ms of processor time, by thread; without V8's own. */
function busyTicks(): Map<string, number> {
  const threads = readdirSync('/proc/self/task').filter(id => !commandOf(id).startsWith('V8Worker'))
  return new Map(
    threads.map(id => {
      const fields = (readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1] ?? '').split(' ')
      return [id, Number(fields[11]) + Number(fields[12])]
    }),
  )
}

function commandOf(id: string): string {
  return readFileSync(`/proc/self/task/${id}/comm`, 'utf8')
}
