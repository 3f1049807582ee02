import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: 'shared-lab.ts',
    // They share the lab, its theme, and the machine.
    maxWorkers: 1,
    // Where the machine does something else as well, JupyterLab takes its time.
    testTimeout: 5 * 60_000,
    hookTimeout: 5 * 60_000,
  },
})
