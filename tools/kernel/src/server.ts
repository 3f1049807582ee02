import ts from '@tslab/typescript-for-tslab'
import { createCellRunner } from './cell-runner.ts'
import type { Compiler } from './compiler.ts'
import type { Connection, Request } from './connection.ts'
import { completeReply, inspectReply, isCompleteReply } from './editor-replies.ts'
import { historyReply } from './history.ts'
import type { Content } from './wire.ts'

/** Serves a notebook: answers requests one after another, in the order they came. */
export function serve(connection: Connection, compiler: Compiler): void {
  const queue: Request[] = []
  const runner = createCellRunner(connection, compiler)
  let busy = false

  connection.introduce(kernelInfo())
  connection.listen({
    request(request) {
      queue.push(request)
      if (!busy) void work()
    },
    interrupt() {
      runner.interrupt()
    },
    shutdown() {
      // Native modules do not unload well, and what had to be said has been said.
      process.kill(process.pid, 'SIGKILL')
    },
  })
  // From a terminal; Jupyter sends a message.
  process.on('SIGINT', () => {
    runner.interrupt()
  })

  async function work(): Promise<void> {
    busy = true
    for (let request = queue.shift(); request; request = queue.shift()) await answer(request)
    busy = false
  }

  async function answer(request: Request): Promise<void> {
    const { message } = request
    const type = message.header.msg_type
    publishState(request, 'busy')
    let content: Content | undefined
    // No widget lives in this kernel.
    if (type === 'comm_open') {
      connection.publish(message, 'comm_close', { comm_id: message.content['comm_id'], data: {} })
    }
    try {
      content = type === 'execute_request' ? await runner.execute(message) : quickReply(type, message.content)
    } catch (error) {
      content = { status: 'error', ...runner.report(error) }
    }
    const failed = type === 'execute_request' && content?.['status'] === 'error'
    const unwanted = failed && message.content['stop_on_error'] !== false ? takeWaitingCells() : []
    if (content) connection.reply(request, type.replace(/request$/, 'reply'), content)
    publishState(request, 'idle')
    unwanted.forEach(abort)
  }

  function quickReply(type: string, content: Content): Content | undefined {
    switch (type) {
      case 'kernel_info_request':
        return kernelInfo()
      case 'complete_request':
        return completeReply(compiler, runner.declarations(), content)
      case 'inspect_request':
        return inspectReply(compiler, runner.declarations(), content)
      case 'is_complete_request':
        return isCompleteReply(content)
      case 'comm_info_request':
        return { status: 'ok', comms: {} }
      case 'connect_request':
        return { status: 'ok', ...connection.ports }
      case 'history_request':
        return historyReply(runner.history(), content)
      default:
        return undefined
    }
  }

  /**
   * Cells that had arrived before the error was answered are not run; cells sent after it are. So this comes before the
   * answer.
   */
  function takeWaitingCells(): Request[] {
    const waiting = [...queue.splice(0), ...connection.takeWaiting()]
    const isCell = ({ message }: Request) => message.header.msg_type === 'execute_request'
    queue.push(...waiting.filter(request => !isCell(request)))
    return waiting.filter(isCell)
  }

  function abort(request: Request): void {
    publishState(request, 'busy')
    connection.reply(request, 'execute_reply', { status: 'aborted' })
    publishState(request, 'idle')
  }

  function publishState({ message }: Request, state: 'busy' | 'idle'): void {
    connection.publish(message, 'status', { execution_state: state })
  }
}

function kernelInfo(): Content {
  return {
    status: 'ok',
    protocol_version: '5.4',
    implementation: 'flatland',
    implementation_version: '0.1.0',
    language_info: {
      name: 'typescript',
      version: ts.version,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      // JupyterLab colours the cells by it.
      codemirror_mode: { name: 'javascript', mode: 'typescript', typescript: true },
    },
    banner: `TypeScript ${ts.version} on Node ${process.version} (flatland)`,
    help_links: [],
    supported_features: [],
  }
}
