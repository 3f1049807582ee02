import { Worker } from 'node:worker_threads'

/** How long each thread copies. */
const MILLISECONDS = 400

/**
 * The bytes a second, read and written, of copying arrays of float32 by so many threads at the same time, each its
 * own share of the array.
 *
 * @param floats in all arrays that are read, together
 */
export async function copyBandwidth(threads: number, floats: number): Promise<number> {
  const share = Math.ceil(floats / threads)
  const rates = await Promise.all(Array.from({ length: threads }, () => rateOf(share)))
  return rates.reduce((sum, rate) => sum + rate, 0)
}

function rateOf(floats: number): Promise<number> {
  const worker = new Worker(COPY, { eval: true, workerData: { floats, milliseconds: MILLISECONDS } })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** The first copy is not counted: it is the one that gets the memory. */
const COPY = `
  const { parentPort, workerData: { floats, milliseconds } } = require('node:worker_threads')
  const from = new Float32Array(floats).fill(1)
  const to = from.slice()
  const start = performance.now()
  let copies = 0
  do { to.set(from); copies++ } while (performance.now() < start + milliseconds)
  parentPort.postMessage((copies * 2 * from.byteLength) / ((performance.now() - start) / 1000))`
