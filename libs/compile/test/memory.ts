import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { compile } from '../src/compile.ts'
import type { Graph } from '../src/graph.ts'
import { rewrite } from '../src/rewrites/index.ts'
import { stagedFunction } from '../src/staged-function.ts'
import { trace } from '../src/trace.ts'
import { stagesOfUpdates } from '../src/update-groups.ts'

// `npm run memory -w @flatland/compile`: the resident memory of a step of Adam on 30 million parameters beside that of
// the parameters and the two moments, which are 360 MB; each way in a process of its own. As one graph the step takes as
// much again; in groups of updates, as `compile` runs it, two groups at most, or it fails. Last comes all that `compile` takes:
// the calls that it observes run TensorFlow.js's own Adam, which keeps all that it computes until its end. Half a minute
// on two cores.

const LIMIT = 160e6
const LAYERS = 12
const WIDTH = 1581

/** What a step reads and writes, apart from the process that wrote it down. */
interface Step {
  readonly graph: Graph
  /** The shape of what each placeholder stands for. */
  readonly shapes: readonly (readonly number[])[]
  /** For each result, the placeholder that it is a new value of. */
  readonly updates: readonly number[]
}

interface Peaks {
  /** The most resident memory before the first step and at the end, in bytes. */
  readonly before: number
  readonly most: number
}

const [way, file = ''] = process.argv.slice(2)
const ways: Readonly<Record<string, () => number>> = {
  trace: writeStep,
  graph: () => readAndRun(Infinity),
  groups: () => readAndRun(),
  compile: compileAndRun,
}
if (way === undefined) compare()
else {
  await useBackend('native')
  const before = ways[way]?.() ?? NaN
  console.log(JSON.stringify({ before, most: peak() } satisfies Peaks))
}

function compare(): void {
  const directory = mkdtempSync(join(tmpdir(), 'flatland-memory-'))
  const measure = (way: string): number => {
    const own = [fileURLToPath(import.meta.url), way, join(directory, 'step')]
    // TensorFlow tells on the other channel what it runs on.
    const told = execFileSync(process.execPath, own, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const { before, most } = JSON.parse(told.trim().split('\n').at(-1) ?? '') as Peaks
    console.log(
      `${way.padEnd(7)} ${megabytes(before)} MB before, at most ${megabytes(most - before)} MB more`,
    )
    return most - before
  }
  try {
    measure('trace')
    measure('graph')
    const more = measure('groups')
    measure('compile')
    if (!(more <= LIMIT)) {
      console.error(`In groups a step took ${megabytes(more)} MB more, not at most ${megabytes(LIMIT)} MB.`)
      process.exitCode = 1
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Parameters, and a step of Adam on them. */
function adam(): () => void {
  const parameters = Array.from({ length: LAYERS }, () =>
    tf.tidy(() => tf.variable<tf.Rank>(tf.fill([WIDTH, WIDTH], 1 / WIDTH))),
  )
  const optimizer = tf.train.adam(1e-4)
  const x = tf.ones([4, WIDTH])
  const loss = (): tf.Scalar =>
    parameters
      .reduce<tf.Tensor>((h, w) => tf.tanh(tf.matMul(h, w)), x)
      .square()
      .mean()
  return () => {
    optimizer.minimize(loss, false, parameters)
  }
}

function compileAndRun(): number {
  const step = compile(adam())
  const before = peak()
  for (let i = 0; i < 6; i++) step()
  return before
}

function writeStep(): number {
  const step = adam()
  const before = peak()
  step()
  const { graph, updates, captures } = trace(step, [])
  const sources = captures.map(({ source }) => source)
  const told: Step = {
    graph: rewrite(graph),
    shapes: sources.map(({ shape }) => shape),
    updates: updates.map(variable => sources.indexOf(variable)),
  }
  writeFileSync(file, serialize(told))
  return before
}

function readAndRun(groupBytes?: number): number {
  const { graph, shapes, updates } = deserialize(readFileSync(file)) as Step
  const variables = shapes.map(shape => tf.tidy(() => tf.variable<tf.Rank>(tf.fill([...shape], 1 / WIDTH))))
  const assigned = updates.flatMap(i => variables[i] ?? [])
  const { run } = stagedFunction(graph, stagesOfUpdates(graph, assigned, groupBytes))
  const before = peak()
  for (let i = 0; i < 6; i++) {
    run(variables, (place, value) => {
      assigned[place]?.assign(value)
      value.dispose()
    })
  }
  return before
}

/** The most memory that the process has held, in bytes. */
function peak(): number {
  return 1024 * process.resourceUsage().maxRSS
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
