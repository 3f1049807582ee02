import { type ChildProcess, fork } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { mapInWorkers } from './map-in-workers.ts'

vi.mock(import('node:child_process'), { spy: true })

test('when one worker cannot even be asked for, the others are ended before it is told', async () => {
  const forked = vi.mocked(fork)
  forked.mockImplementationOnce(() => {
    throw new Error('out of memory')
  })
  const module = new URL('../test/worker-modules.ts', import.meta.url)
  const sleeping = mapInWorkers({ module, name: 'sleeper' }, [1, 1], { backend: 'cpu', workers: 2 })
  await expect(sleeping).rejects.toThrow('out of memory')
  const [, second] = forked.mock.results
  expect((second?.value as ChildProcess).signalCode).toBe('SIGKILL')
  // The one that failed stands in nobody's way.
  const { done } = await mapInWorkers({ module, name: 'processes' }, [0], { backend: 'cpu' })
  expect(done).toHaveLength(1)
})
