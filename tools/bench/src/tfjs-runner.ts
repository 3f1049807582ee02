/**
 * The runner of TensorFlow.js: `node tfjs-runner.ts native|compiled|wasm threads`. It speaks `protocol.ts`.
 */
import { createInterface } from 'node:readline'
import { initialParameters } from '@flatland/networks'
import { randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { answersTo, oneHot } from './answers.ts'
import type { Case } from './cases.ts'
import { CALLS_UNTIL_COMPILED, compiledWorkload } from './compiled-workload.ts'
import { examples, inputType } from './examples.ts'
import type { FreshRun, Greeting, Replies, Request } from './protocol.ts'
import { matrixProductFlops } from './matrix-product-flops.ts'
import type { TfjsName } from './runner.ts'
import { buildNetwork, call, workload } from './workload.ts'

const prepared = new Map<string, () => void>()

const [kind = '', threads = ''] = process.argv.slice(2)
const isCompiled = kind === ('compiled' satisfies TfjsName)
const makeWorkload = isCompiled ? compiledWorkload : workload
const greeting = await greet()
write(greeting)
if ('ready' in greeting) {
  for await (const line of createInterface({ input: process.stdin }))
    write(answer(JSON.parse(line) as Request))
}

async function greet(): Promise<Greeting> {
  try {
    const backend = (isCompiled ? 'native' : kind) as 'native' | 'wasm'
    const report = await useBackend(backend, { threads: Number(threads) })
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
    if ('prepare' in request) return prepare(request.prepare, request.seed)
    if ('measure' in request) return measure(request.measure, request.milliseconds)
    if ('fresh' in request) return fresh(request.fresh, request.seed, request.calls)
    if ('peak' in request) return { flops: matrixProductFlops(request.peak) }
    return answersTo(request.check, makeWorkload, CALLS_UNTIL_COMPILED)
  } catch (error) {
    return { error: messageOf(error) }
  }
}

/** Two calls warm up; of a compiled function, two that are the graph already. */
function prepare(each: Case, seed: number): object {
  const once = callOf(each, seed)
  for (let i = 0; i < 2 + (isCompiled ? CALLS_UNTIL_COMPILED : 0); i++) once()
  prepared.set(each.name, once)
  return {}
}

/** Random examples, normal directions. */
function callOf({ network: sizes, batch, work, optimizer }: Case, seed: number): () => void {
  const network = buildNetwork(sizes)
  const stream = randomStream(seed)
  const normal = (shape: readonly number[]) =>
    tf.tensor(stream.normal(tf.util.sizeFromShape([...shape])), [...shape])
  const { inputs, labels } = examples(sizes, batch, stream)
  const needsDirection = work === 'product' || work === 'point-product'
  const load = makeWorkload(
    network,
    {
      parameters: initialParameters(network, stream.fork('parameters')),
      inputs: tf.tensor(Array.from(inputs), [batch, ...network.inputShape], inputType(sizes)),
      labels: oneHot(labels, network.classes),
      direction: needsDirection ? network.parameterShapes.map(({ shape }) => normal(shape)) : [],
    },
    optimizer,
  )
  return () => {
    call(load, work)
  }
}

/** Calls until the time is up. The first call of several is dropped: other processes had the caches before it. */
function measure(name: string, milliseconds: number): Replies['measure'] {
  const once = prepared.get(name)
  if (once === undefined) throw new Error(`the case '${name}' was not prepared`)
  const times: number[] = []
  const processor = process.cpuUsage()
  const end = performance.now() + milliseconds
  do times.push(timeOf(once))
  while (performance.now() < end)
  const { user, system } = process.cpuUsage(processor)
  return { times: times.length > 1 ? times.slice(1) : times, processor: (user + system) / 1000 }
}

function fresh(each: Case, seed: number, calls: number): FreshRun {
  const memoryBefore = peakMemory()
  const once = callOf(each, seed)
  const times = Array.from({ length: calls }, () => timeOf(once))
  return { times, memoryBefore, memoryPeak: peakMemory() }
}

/** Node gives KiB. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}

function timeOf(once: () => void): number {
  const start = performance.now()
  once()
  return performance.now() - start
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
