import { defineConfig } from 'vitest/config'

/** Shared by every package; nx.json runs it with each package's folder as root. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One TensorFlow per process: its threads and its registry are global.
    pool: 'forks',
    maxWorkers: 1,
    // Stray output hides the line that matters; a test that expects output captures it.
    onConsoleLog(log) {
      throw new Error(`A test wrote to the console: ${log}`)
    },
  },
})
