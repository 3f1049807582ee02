import { afterAll, beforeAll } from 'vitest'
import { startKernel, type KernelClient } from './kernel-client.ts'
import { notebookFolder, type NotebookFolder } from './notebook-folder.ts'
import { rawClient, usualRequest, type Exchange, type RawClient } from './raw-client.ts'

export interface OpenRawClient {
  folder: NotebookFolder
  /** The kernel that all tests of the file share, and a client of it that hides nothing. */
  kernel: () => KernelClient
  client: () => RawClient
  /** Sends a cell with what clients usually send along. */
  execute: (code: string, options?: Record<string, unknown>) => Promise<Exchange>
}

/** A kernel for the tests of one file, and a client that gives every message of an exchange. */
export function openRawClient(): OpenRawClient {
  const folder = notebookFolder()
  let open: { kernel: KernelClient; client: RawClient } | undefined
  const running = () => {
    if (!open) throw new Error('The kernel is there only while tests run.')
    return open
  }
  beforeAll(async () => {
    const kernel = await startKernel(folder.path)
    open = { kernel, client: await rawClient(kernel.connectionFile) }
  })
  afterAll(async () => {
    running().client.close()
    await running().kernel.close()
    folder.remove()
  })
  return {
    folder,
    kernel: () => running().kernel,
    client: () => running().client,
    execute: (code, options = {}) =>
      running().client.ask('execute_request', { ...usualRequest, code, ...options }),
  }
}

/** What the states say, in order. */
export const states = ({ published }: Exchange) =>
  published
    .filter(({ header }) => header.msg_type === 'status')
    .map(({ content }) => content['execution_state'])

/** The types of what was published. */
export const published = (exchange: Exchange) => exchange.published.map(({ header }) => header.msg_type)

/** The content of the reply. */
export const content = ({ replies }: Exchange) => replies[0]?.content
