import { prints, type Mend } from './mend.ts'
import type { TestedKernel } from './tested-kernel.ts'

const group = 'The protocol'

async function reply(kernel: TestedKernel, type: string, content = {}): Promise<Record<string, unknown>> {
  return (await kernel.client.ask(type, content, { limit: 700 })).replies[0]?.content ?? {}
}

export const protocol: Mend[] = [
  {
    group,
    row: '`execute_input`: an export says `In [3]`, not `In [ ]`',
    async probe(kernel) {
      const cell = await kernel.run('1')
      const [input] = cell.of('execute_input')
      return input?.['code'] === '1' && input['execution_count'] === cell.reply['execution_count']
    },
  },
  {
    group,
    row: '`history_request`: tail, range and search',
    async probe(kernel) {
      await kernel.run('"needle in the history"')
      const asked = [
        { hist_access_type: 'tail', n: 1 },
        { hist_access_type: 'search', pattern: '*needle*', n: 1 },
      ]
      for (const how of asked) {
        const { history } = await reply(kernel, 'history_request', { output: false, raw: true, ...how })
        if (!JSON.stringify(history ?? '').includes('needle in the history')) return false
      }
      return true
    },
  },
  {
    group,
    row: '`is_complete`: complete, incomplete, invalid',
    async probe(kernel) {
      const status = async (code: string) => (await reply(kernel, 'is_complete_request', { code }))['status']
      return (
        (await status('1 + 1')) === 'complete' &&
        (await status('function f() {')) === 'incomplete' &&
        (await status('const = 1')) === 'invalid'
      )
    },
  },
  {
    group,
    row: '`kernel_info` has a status',
    probe: async kernel => (await reply(kernel, 'kernel_info_request'))['status'] === 'ok',
  },
  {
    group,
    row: '`user_expressions`',
    async probe(kernel) {
      const { reply } = await kernel.run('const loss = 0.25', { user_expressions: { twice: 'loss * 2' } })
      return JSON.stringify(reply['user_expressions'] ?? '').includes('0.5')
    },
  },
  {
    group,
    row: 'a silent cell publishes nothing',
    async probe(kernel) {
      const cell = await kernel.run('1', { silent: true, store_history: false })
      return (
        cell.ended && ['execute_input', 'execute_result', 'stream'].every(type => cell.of(type).length === 0)
      )
    },
  },
  {
    group,
    row: 'a comm to a target nobody has is closed',
    async probe(kernel) {
      const content = { comm_id: 'a', target_name: 'nobody', data: {} }
      const { published } = await kernel.client.ask('comm_open', content, { replied: false, limit: 700 })
      return published.some(({ header }) => header.msg_type === 'comm_close')
    },
  },
  {
    group,
    row: 'the answer to `comm_info` is a `comm_info_reply`',
    async probe(kernel) {
      const { replies } = await kernel.client.ask('comm_info_request', {}, { limit: 700 })
      return replies[0]?.header.msg_type === 'comm_info_reply'
    },
  },
  {
    group,
    row: 'redeclaring a `const`, as injected parameters do',
    alsoPlain: 'tslab allows it',
    probe: kernel =>
      prints(kernel, '64', 'const batchSize = 32', 'const batchSize = 64', 'console.log(batchSize)'),
  },
]
