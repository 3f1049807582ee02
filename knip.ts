import type { KnipConfig } from 'knip'

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[]
}

/** Notebooks import packages too: their code cells are read as one module. */
function codeOf(notebook: string): string {
  const { cells } = JSON.parse(notebook) as Notebook
  return cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => cell.source.join(''))
    .join('\n')
}

export default {
  compilers: { ipynb: codeOf },
  // Of the system, for tests: a disk of their own (unshare), a Redis (apt-get), a certificate (openssl).
  ignoreBinaries: ['flatland', 'unshare', 'apt-get', 'openssl'],
  workspaces: {
    notebooks: {
      entry: ['*.ipynb', 'pictures/*.ts', 'browser/vitest.config.ts', 'browser/shared-lab.ts'],
    },
    // Processes of tests too.
    'libs/batch-study': { entry: ['src/update-time-worker.ts', 'test/*-process.ts'] },
    // Protocol buffers out of tfjs-node, by require: it has no types for them.
    'libs/compile': { entry: ['test/*.ts'], ignoreDependencies: ['@tensorflow/tfjs-node'] },
    // Run by a test in a process of its own.
    'libs/tensor': { entry: ['test/products-under-signals.ts'] },
    'tools/bench': { entry: ['src/tfjs-runner.ts'] },
    'tools/cli': { entry: ['bin/*.mjs', 'src/main.ts', 'src/print-parameters.ts', 'templates/**/*.js'] },
    'tools/kernel': { entry: ['src/main.ts', 'src/socket-thread.ts'] },
    // The C++ build resolves the headers by name.
    'tools/setup': { entry: ['src/prepare.ts'], ignoreDependencies: ['node-api-headers'] },
  },
} satisfies KnipConfig
