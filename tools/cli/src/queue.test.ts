import { writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { testRedis, type TestRedis } from '@flatland/batch-study/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { code, notebook, pressCtrlC, start, temporaryFolder, untilPrinted } from './test-support.ts'

const folder = temporaryFolder()
const PASSWORD = 'not-to-be-seen'
let server: TestRedis
let url: string
beforeAll(async () => {
  server = await testRedis(['--requirepass', PASSWORD])
  url = `redis://:${PASSWORD}@127.0.0.1:${server.port}`
})
afterAll(() => server.stop())

const flatland = (...args: string[]) => start(args, folder, { FLATLAND_QUEUE: url }).ended

/** Trains twice, and prints where the results come from. */
const SWEEP = `
import { sweep, trialStore, type TrialInput } from '@flatland/batch-study'
const trial = (seed: number): TrialInput => ({
  network: { kind: 'mlp', hidden: [4] }, data: { name: 'mnist', train: 100, heldOut: 100 },
  rule: { rule: 'sgd' }, learningRate: 0.1, batchSize: 10, length: { updates }, seed,
})
for await (const event of sweep([trial(0), trial(1)], { store: trialStore('store') })) {
  if (event.kind === 'result') console.log(event.result.end, event.from)
  if (event.kind === 'failed') console.log(event.reason)
}`

function save(name: string, updates: number): void {
  writeFileSync(
    join(folder, name),
    JSON.stringify(notebook([code('use', `let updates = ${updates}\n${SWEEP}`)])),
  )
}

/** Everything that was printed, and kept in the executed notebook. */
function seen(name: string, { stdout, stderr }: { stdout: string; stderr: string }): string {
  return stdout + stderr + readFileSync(join(folder, name), 'utf8')
}

describe('a queue with a password', { timeout: 180_000 }, () => {
  test('runs the trials of a notebook at a worker, which SIGTERM drains', async () => {
    const worker = start(['worker', '--slots', '1'], folder, { FLATLAND_QUEUE: url })
    expect(await untilPrinted(worker.child, worker.printed, /Worker for .*/)).toMatch(
      /^Worker for redis:\/\/127\.0\.0\.1:\d+\/0\?prefix=flatland: 1 trials at once on native \(TensorFlow [\d.]+\), code [\da-f]{12}\.$/,
    )
    await expect
      .poll(async () => (await flatland('queue')).stdout, { timeout: 30_000 })
      .toMatch(/0 of 1 slots, native/)
    save('good.ipynb', 2)
    const run = await flatland('run', 'good.ipynb', '-o', 'out/good.ipynb')
    expect(run.stderr).toMatch(
      /Trials go to redis:\/\/127\.0\.0\.1:\d+\/0\?prefix=flatland: 1 workers of this code, 1 trials at once\./,
    )
    expect(run.code).toBe(0)
    const executed = seen('out/good.ipynb', run)
    expect(executed.match(/completed run/g)).toHaveLength(2)
    worker.child.kill('SIGTERM')
    const ended = await worker.ended
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/Draining: 0 trials are handed back\.\n.*Drained\.\n$/)
    expect(executed + ended.stdout + ended.stderr).not.toContain(PASSWORD)
  })

  test('Ctrl-C, which reaches every process, hands back a trial in the middle; a second worker ends it', async () => {
    const env = { FLATLAND_QUEUE: url }
    const first = start(['worker', '--slots', '1'], folder, env)
    await untilPrinted(first.child, first.printed, /Worker for/)
    save('handed.ipynb', 50_000)
    const run = start(['run', 'handed.ipynb', '-o', 'out/handed.ipynb'], folder, env)
    await expect
      .poll(async () => (await flatland('queue')).stdout, { timeout: 60_000 })
      .toMatch(/1 wait, 1 run/)
    await pause(2000)
    pressCtrlC(first.child)
    // The terminal's, passed on by what started it.
    first.child.kill('SIGINT')
    const drained = await first.ended
    expect(drained.stdout).toMatch(/Draining: 1 trials are handed back\.\n.*Drained\.\n$/)
    expect(drained).toMatchObject({ code: 0, stderr: '' })
    expect((await flatland('queue')).stdout).toMatch(/2 wait, 0 run, 0 failed/)
    const second = start(['worker', '--slots', '2'], folder, env)
    await run.ended
    expect(seen('out/handed.ipynb', await run.ended).match(/completed run/g)).toHaveLength(2)
    second.child.kill('SIGTERM')
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('status, cancel and purge: a notebook hears of it', async () => {
    save('long.ipynb', 3)
    const run = start(['run', 'long.ipynb', '-o', 'out/long.ipynb', '--executor', url], folder)
    await untilPrinted(run.child, run.printed, /no worker of this code is there yet/)
    await expect
      .poll(async () => (await flatland('queue', 'status')).stdout, { timeout: 60_000 })
      .toMatch(/2 wait, 0 run/)
    expect(await flatland('queue', 'cancel')).toMatchObject({ code: 0, stdout: 'cancel: 2 trials\n' })
    const ended = await run.ended
    expect(ended.code).toBe(0)
    const executed = seen('out/long.ipynb', ended)
    expect(executed.match(/it was cancelled in the queue/g)).toHaveLength(2)
    expect(executed).not.toContain(PASSWORD)
    expect(await flatland('queue', 'purge')).toMatchObject({ code: 0, stdout: 'purged: 0 trials\n' })
    expect(await flatland('queue', 'retry', 'ffff')).toMatchObject({ code: 0, stdout: 'retry: 0 trials\n' })
  })

  test('--executor local leaves the queue that the environment names alone', async () => {
    save('local.ipynb', 4)
    const run = await flatland('run', 'local.ipynb', '-o', 'out/local.ipynb', '--executor', 'local')
    expect(run.stderr).not.toContain('Trials go to')
    expect(seen('out/local.ipynb', run).match(/completed run/g)).toHaveLength(2)
  })
})
