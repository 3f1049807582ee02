import { mkdirSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { out, startLab } from './jupyterlab.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of JupyterLab on this clone's notebooks, token included. */
    lab: string
  }
}

/** One JupyterLab for all files of tests: it takes seconds to start. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(out, { recursive: true })
  const lab = await startLab()
  project.provide('lab', lab.address)
  return lab.stop
}
