import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createCell } from './cell.ts'
import type { Compiler } from './compiler.ts'
import { InterruptError } from './errors.ts'
import { names } from './interrupt-points.ts'
import { createSession } from './session.ts'
import { awaited } from './waiting.ts'
import type { Header } from './wire.ts'

const map = Buffer.from('{"version":3,"sources":["cell.ts"],"names":[],"mappings":""}').toString('base64')

/** Takes JavaScript for compiled. */
const noCompiler: Compiler = {
  compile: (_, code) => ({
    module: `${code}\nexport {};\n//# sourceMappingURL=data:application/json;base64,${map}`,
    declarations: '',
    resultName: undefined,
  }),
  inspect: () => {
    throw new Error('not used')
  },
  complete: () => {
    throw new Error('not used')
  },
}

const hooks = {
  reloaded: () => undefined,
  pendingInterrupt: new Int32Array(1),
}
Object.assign(globalThis, { [names.awaited]: awaited })
const silent = { publish: () => undefined, stream: () => undefined }
const newCell = () => createCell(silent, { identities: [], header: {} as Header })

test('an interrupt that comes before the first line leaves nothing running', async () => {
  const session = createSession(noCompiler, hooks)
  const state = globalThis as { hasRun?: boolean }
  const cell = newCell()
  const run = session.run(cell, 'globalThis.hasRun = true', 1, () => Promise.resolve('shown'))
  cell.interrupt()
  await expect(run).rejects.toBeInstanceOf(InterruptError)
  await setImmediate()
  expect(state.hasRun).toBeUndefined()
  const show = () => Promise.resolve('shown')
  await expect(session.run(newCell(), 'globalThis.hasRun = true', 2, show)).resolves.toBe('shown')
  expect(state.hasRun).toBe(true)
})

test('an interrupted cell does not show its result when it ends after all', async () => {
  const session = createSession(noCompiler, hooks)
  let shows = 0
  const cell = newCell()
  const show = () => Promise.resolve(shows++)
  const run = session.run(cell, 'await new Promise(r => setTimeout(r, 20))', 1, show)
  await setImmediate()
  cell.interrupt()
  await expect(run).rejects.toBeInstanceOf(InterruptError)
  await session.run(newCell(), 'await new Promise(r => setTimeout(r, 40))', 2, () => Promise.resolve())
  expect(shows).toBe(0)
})
