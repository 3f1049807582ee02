import { afterEach, describe, expect, test } from 'vitest'
import { type Runner, RunnerFailure, startRunner, variantOf } from './runner.ts'
import { startScript, startTfjs, tinyCase } from './test-support.ts'

const started: Runner[] = []
const keep = async (starting: Promise<Runner>) => {
  const runner = await starting
  started.push(runner)
  return runner
}
afterEach(() => {
  for (const runner of started.splice(0)) runner.stop()
})

describe.each(['native', 'compiled', 'wasm'] as const)('%s', name => {
  test('prepares and measures each kind of work', async () => {
    const runner = await keep(startTfjs(name))
    expect(runner).toMatchObject({ name, threads: 1 })
    for (const work of ['step', 'gradient', 'product', 'point-product'] as const) {
      await runner.ask<'prepare'>({ prepare: tinyCase(work), seed: 1 })
      const { times } = await runner.ask<'measure'>({ measure: `tiny-${work}`, milliseconds: 30 })
      expect(times.length).toBeGreaterThan(0)
      expect(times.every(time => time > 0)).toBe(true)
    }
  })

  test('a case that was not prepared is an error, and the runner goes on', async () => {
    const runner = await keep(startTfjs(name))
    await expect(runner.ask<'measure'>({ measure: 'unheard-of', milliseconds: 1 })).rejects.toThrow(
      new RunnerFailure("the case 'unheard-of' was not prepared"),
    )
    expect(await runner.ask<'prepare'>({ prepare: tinyCase('step'), seed: 1 })).toEqual({})
  })

  test('a step that diverges is an error, not a time', async () => {
    const runner = await keep(startTfjs(name))
    await expect(runner.ask<'prepare'>({ prepare: tinyCase('step', 1e38), seed: 1 })).rejects.toThrow(
      'the step came out as NaN',
    )
  })

  test('the first calls of a process, each with its time, and the memory before and after', async () => {
    const runner = await keep(startTfjs(name))
    const run = await runner.ask<'fresh'>({ fresh: tinyCase('step'), seed: 1, calls: 5 })
    expect(run.times).toHaveLength(5)
    expect(run.times.every(time => time > 0)).toBe(true)
    expect(run.memoryBefore).toBeGreaterThan(2 ** 20)
    expect(run.memoryPeak).toBeGreaterThanOrEqual(run.memoryBefore)
  })

  test('the speed of a matrix product', async () => {
    const runner = await keep(startTfjs(name))
    const { flops } = await runner.ask<'peak'>({ peak: 32 })
    expect(flops).toBeGreaterThan(0)
  })
})

test('a variant of PyTorch asks the same process, and says which it is', async () => {
  const pytorch = await keep(startScript('pytorch', `write(JSON.parse(line))`))
  const fused = variantOf(pytorch, 'pytorch-fused')
  expect(fused).toMatchObject({ name: 'pytorch-fused', version: 'scripted', threads: 1 })
  const asked = { peak: 1 }
  expect(await fused.ask<'peak'>(asked)).toEqual({ peak: 1, variant: 'fused' })
  expect(await variantOf(pytorch, 'pytorch-foreach').ask<'peak'>(asked)).toMatchObject({ variant: 'foreach' })
  expect(await pytorch.ask<'peak'>(asked)).toEqual(asked)
})

test('a runner that dies is reported with its last words', async () => {
  const runner = await keep(startScript('pytorch', `console.error('trace\\nout of memory'); process.exit(3)`))
  await expect(runner.ask<'measure'>({ measure: 'x', milliseconds: 1 })).rejects.toThrow(
    new RunnerFailure('its process ended with code 3: out of memory'),
  )
})

test('a runner that is killed is reported with the signal', async () => {
  const runner = await keep(startScript('pytorch', `process.kill(process.pid, 'SIGKILL')`))
  const asked = runner.ask<'measure'>({ measure: 'x', milliseconds: 1 })
  await expect(asked).rejects.toThrow('its process ended with SIGKILL')
})

test('a program that is not there', async () => {
  await expect(startRunner('pytorch', '/nowhere/python', [])).rejects.toThrow(
    /^\/nowhere\/python could not be started: .*ENOENT/,
  )
})

test('a backend that does not start says why', async () => {
  const command = startRunner('native', process.execPath, ['src/tfjs-runner.ts', 'natve', '1'])
  await expect(command).rejects.toThrow(RunnerFailure)
})
