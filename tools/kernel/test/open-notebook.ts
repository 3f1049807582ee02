import { afterAll, beforeAll } from 'vitest'
import { startKernel, type Answer, type KernelClient } from './kernel-client.ts'
import { notebookFolder, type NotebookFolder } from './notebook-folder.ts'

export interface OpenNotebook {
  folder: NotebookFolder
  /** The kernel that all tests of the file share. */
  kernel: () => KernelClient
  /** Runs cells one after another; gives the text of the last one's result. Throws what a cell reports. */
  result: (...cells: string[]) => Promise<string | undefined>
}

/** A kernel in a folder of its own, for the tests of one file. */
export function openNotebook(): OpenNotebook {
  const folder = notebookFolder()
  let kernel: KernelClient | undefined
  const running = () => {
    if (!kernel) throw new Error('The kernel is there only while tests run.')
    return kernel
  }
  beforeAll(async () => {
    kernel = await startKernel(folder.path)
  })
  afterAll(async () => {
    await running().close()
    folder.remove()
  })
  return {
    folder,
    kernel: running,
    result: async (...cells) => {
      let last: Answer | undefined
      for (const code of cells) {
        last = await running().execute(code)
        if (last.reply['status'] !== 'ok') throw new Error(`${code}\n${traceback(last)}`)
      }
      return plainText(last?.of('execute_result')[0])
    },
  }
}

/** The text of a display or a result. */
export function plainText(content: Answer['reply'] | undefined): string | undefined {
  return (content?.['data'] as Record<string, string> | undefined)?.['text/plain']
}

export function traceback({ reply }: Answer): string {
  return (reply['traceback'] as string[]).join('\n')
}
