/**
 * The runner of TensorFlow.js: `node tfjs-runner.ts native|wasm threads`. It speaks `protocol.ts`.
 */
import { createInterface } from 'node:readline'
import { initialParameters } from '@flatland/networks'
import { type BackendReport, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { Case } from './cases.ts'
import type { Answers, Greeting, Replies, Request, Sample } from './protocol.ts'
import { buildNetwork, call, workload } from './workload.ts'

const prepared = new Map<string, () => void>()

const [backend = '', threads = ''] = process.argv.slice(2)
const greeting = await greet()
write(greeting)
if ('ready' in greeting) {
  for await (const line of createInterface({ input: process.stdin }))
    write(answer(JSON.parse(line) as Request))
}

async function greet(): Promise<Greeting> {
  try {
    const report = await useBackend(backend as BackendReport['name'], { threads: Number(threads) })
    const version =
      report.tensorflow === null
        ? `wasm of TensorFlow.js ${tf.version_core}`
        : `TensorFlow ${report.tensorflow}`
    return { ready: { version, threads: report.threads } }
  } catch (error) {
    return { absent: messageOf(error) }
  }
}

function write(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function answer(request: Request): object {
  try {
    if ('prepare' in request) return prepare(request.prepare, request)
    if ('measure' in request) return measure(request.measure, request.milliseconds)
    return check(request.check)
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** Normal inputs and directions, random labels; two calls warm up. */
function prepare(
  { name, network: sizes, batch, work }: Case,
  { seed, learningRate }: { readonly seed: number; readonly learningRate: number },
): object {
  const network = buildNetwork(sizes)
  const stream = randomStream(seed)
  const normal = (shape: readonly number[]) =>
    tf.tensor(stream.normal(tf.util.sizeFromShape([...shape])), [...shape])
  const classes = Int32Array.from(stream.uniform(batch), u => Math.floor(u * network.classes))
  const load = workload(
    network,
    {
      parameters: initialParameters(network, stream.fork('parameters')),
      inputs: normal([batch, ...network.inputShape]),
      labels: oneHot(classes, network.classes),
      direction: work === 'product' ? network.parameterShapes.map(({ shape }) => normal(shape)) : [],
    },
    learningRate,
  )
  const once = () => {
    call(load, work)
  }
  once()
  once()
  prepared.set(name, once)
  return {}
}

/** Calls until the time is up. The first call of several is dropped: other processes had the caches before it. */
function measure(name: string, milliseconds: number): Replies['measure'] {
  const once = prepared.get(name)
  if (once === undefined) throw new Error(`the case '${name}' was not prepared`)
  const times: number[] = []
  const processor = process.cpuUsage()
  const end = performance.now() + milliseconds
  do {
    const start = performance.now()
    once()
    times.push(performance.now() - start)
  } while (performance.now() < end)
  const { user, system } = process.cpuUsage(processor)
  return { times: times.length > 1 ? times.slice(1) : times, processor: (user + system) / 1000 }
}

function check({ network: sizes, batch, learningRate, ...sample }: Sample): Answers {
  const network = buildNetwork(sizes)
  const shaped = (values: readonly (readonly number[])[]) =>
    network.parameterShapes.map(({ shape }, i) => tf.tensor([...(values[i] ?? [])], [...shape]))
  return tf.tidy(() => {
    const parameters = shaped(sample.parameters).map(start => tf.variable(start))
    const { loss, step, gradient, product } = workload(
      network,
      {
        parameters,
        inputs: tf.tensor([...sample.inputs], [batch, ...network.inputShape]),
        labels: oneHot(sample.labels, network.classes),
        direction: shaped(sample.direction),
      },
      learningRate,
    )
    const before = { gradient: norm(gradient()), product: norm(product()), loss: step() }
    const answers = { ...before, lossAfterStep: loss() }
    tf.dispose(parameters)
    return answers
  })
}

function oneHot(classes: ArrayLike<number>, depth: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from(classes), 'int32'), depth).toFloat())
}

function norm(tensors: readonly tf.Tensor[]): number {
  return Math.hypot(...tensors.map(tensor => tensor.norm().dataSync()[0] ?? NaN))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
