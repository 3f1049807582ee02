import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { machineTime, othersShare } from './machine-time.ts'

test('the share is what is busy and not our own', () => {
  const start = { all: 1000, idle: 800 }
  expect(othersShare(start, { all: 3000, idle: 1300 }, 1000)).toBe(0.25)
  expect(othersShare(start, { all: 3000, idle: 1300 }, 1500)).toBe(0)
  // Clocks of different grain must not give a share below nothing.
  expect(othersShare(start, { all: 3000, idle: 1300 }, 1510)).toBe(0)
  expect(othersShare(start, start, 0)).toBe(0)
})

test('a spinning thread shows as a busy core, or part of one where others compete', async () => {
  const worker = new Worker('while (true);', { eval: true })
  const before = machineTime()
  await setTimeout(1000)
  const share = othersShare(before, machineTime(), 0)
  await worker.terminate()
  expect(share).toBeGreaterThan(0.5 / availableParallelism())
})
