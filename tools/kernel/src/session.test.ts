import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Compiler } from './compiler.ts'
import { InterruptError } from './errors.ts'
import { createSession } from './session.ts'

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

const hooks = { displaysEnd: () => Promise.resolve(), reloaded: () => undefined }

test('an interrupt that comes before the first line leaves nothing running', async () => {
  const session = createSession(noCompiler, hooks)
  const state = globalThis as { hasRun?: boolean }
  const cell = session.run('globalThis.hasRun = true', 1, () => Promise.resolve('shown'))
  session.interrupt()
  await expect(cell).rejects.toBeInstanceOf(InterruptError)
  await setImmediate()
  expect(state.hasRun).toBeUndefined()
  await expect(session.run('globalThis.hasRun = true', 2, () => Promise.resolve('shown'))).resolves.toBe(
    'shown',
  )
  expect(state.hasRun).toBe(true)
})

test('an interrupted cell does not show its result when it ends after all', async () => {
  const session = createSession(noCompiler, hooks)
  let shows = 0
  const cell = session.run('await new Promise(r => setTimeout(r, 20))', 1, () => Promise.resolve(shows++))
  await setImmediate()
  session.interrupt()
  await expect(cell).rejects.toBeInstanceOf(InterruptError)
  await session.run('await new Promise(r => setTimeout(r, 40))', 2, () => Promise.resolve())
  expect(shows).toBe(0)
})
