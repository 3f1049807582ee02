import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePorts } from '../kernel-client.ts'
import { kernelSpec } from '../../src/kernelspec.ts'
import type { Content } from '../../src/wire.ts'
import { notebookFolder, type NotebookFolder } from '../notebook-folder.ts'
import { rawClient, usualRequest, type Exchange, type RawClient } from '../raw-client.ts'

/** A kernel that the table compares: how it starts and how its kernelspec wants it interrupted. */
export interface Subject {
  name: 'plain tslab' | 'Deno' | 'flatland'
  version: string
  argv: string[]
  interrupt: 'signal' | 'message'
  /** Variables of its environment, beside this process's own. */
  environment?: Record<string, string>
}

const installed = join(import.meta.dirname, '../../../../node_modules')

export const flatland: Subject = {
  name: 'flatland',
  version: versionIn(join(import.meta.dirname, '../..')),
  argv: kernelSpec({ node: process.execPath }).argv,
  interrupt: 'message',
}

export const plainTslab: Subject = {
  name: 'plain tslab',
  version: versionIn(join(installed, 'tslab')),
  argv: [
    process.execPath,
    join(installed, 'tslab/bin/tslab'),
    'kernel',
    '--config-path',
    '{connection_file}',
  ],
  interrupt: 'signal',
}

/** What a cell has come to. */
export interface Cell {
  /** False when the time was over first. */
  ended: boolean
  readonly reply: Content
  /** All it has written to stdout so far, without the space around it; so stderr. */
  stdout(): string
  stderr(): string
  /** The contents of its published messages of one type, so far. */
  of: (type: string) => Content[]
}

export interface TestedKernel {
  subject: Subject
  /** Where its notebook lies; one for all kernels of a run. */
  folder: NotebookFolder
  client: RawClient
  /** Runs a cell to its end, at most `limit` ms (default 5000). */
  run(code: string, options?: Content & { limit?: number }): Promise<Cell>
  /** Sends a cell; `end()` waits for its end. */
  start(code: string): Promise<Cell & { end(): Promise<boolean> }>
  /** As Jupyter would for this kernel. */
  interrupt(): Promise<void>
  /** Whether it runs cells. After an error plain tslab takes none for 200 ms: this waits. */
  settled(): Promise<boolean>
  /** Resolves when the process is gone, or to false after `limit` ms. */
  gone(limit: number): Promise<boolean>
  /** Asks it to shut down and, after `limit` ms (default 500), kills it. Gives whether it went by itself. */
  end(limit?: number): Promise<boolean>
}

/** A folder in which each of the kernels finds what it needs: the types of Node, a workspace, for Deno its settings. */
export function sharedFolder({ types = true } = {}): NotebookFolder {
  const folder = notebookFolder()
  const root = dirname(folder.path)
  const link = join(root, 'node_modules/@types')
  if (types && !existsSync(link)) symlinkSync(join(installed, '@types'), link)
  writeFileSync(join(root, 'package.json'), '{ "name": "root", "private": true, "workspaces": ["libs/*"] }')
  writeFileSync(join(root, 'deno.json'), '{ "nodeModulesDir": "manual", "unstable": ["sloppy-imports"] }')
  return folder
}

export async function startTested(subject: Subject, folder: NotebookFolder): Promise<TestedKernel> {
  const home = mkdtempSync(join(tmpdir(), 'tested-'))
  const file = join(home, 'connection.json')
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = await freePorts(5)
  const ports = { shell_port, iopub_port, control_port, stdin_port, hb_port }
  const rest = { transport: 'tcp', ip: '127.0.0.1', key: randomUUID(), signature_scheme: 'hmac-sha256' }
  writeFileSync(file, JSON.stringify({ ...rest, ...ports }))
  const [command = '', ...args] = subject.argv.map(arg => arg.replace('{connection_file}', file))
  const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', ...subject.environment }
  const kernel = spawn(command, args, { cwd: folder.path, stdio: 'ignore', env })
  const exit = once(kernel, 'exit')
  const isGone = () => kernel.exitCode !== null || kernel.signalCode !== null
  const client = await Promise.race([
    rawClient(file),
    exit.then(() => {
      throw new Error(`${subject.name} ended at its start.`)
    }),
  ])

  async function start(code: string, { limit, ...options }: Content & { limit?: number } = {}) {
    const sent = await client.send(
      'execute_request',
      { ...usualRequest, code, ...options },
      limit ? { limit } : {},
    )
    return Object.assign(asCell(sent), { end: () => sent.ended })
  }

  async function gone(limit: number): Promise<boolean> {
    await Promise.race([exit, sleep(limit)])
    return isGone()
  }

  return {
    subject,
    folder,
    client,
    async run(code, options) {
      const cell = await start(code, options)
      cell.ended = await cell.end()
      // With other kernels an output may come just behind the end.
      if (subject.name !== 'flatland') await sleep(10)
      return cell
    },
    start: code => start(code, { limit: 4000 }),
    async interrupt() {
      if (subject.interrupt === 'signal') kernel.kill('SIGINT')
      else await client.ask('interrupt_request', {}, { on: 'control' })
    },
    async settled() {
      for (let tries = 0; tries < 4 && !isGone(); tries++) {
        const { ended, reply } = await asked(client)
        if (!ended) return false
        if (reply['status'] === 'ok') return true
        await sleep(150)
      }
      return false
    },
    gone,
    async end(limit = 500) {
      if (!isGone()) {
        void client.send('shutdown_request', { restart: false }, { on: 'control' })
        await gone(limit)
      }
      const wentByItself = isGone()
      if (!wentByItself) {
        kernel.kill('SIGKILL')
        await exit
      }
      client.close()
      rmSync(home, { recursive: true })
      return wentByItself
    },
  }
}

async function asked(client: RawClient): Promise<{ ended: boolean; reply: Content }> {
  const content = { code: '0', silent: true, store_history: false, user_expressions: {}, allow_stdin: false }
  const sent = await client.send('execute_request', content, { limit: 1500 })
  return { ended: await sent.ended, reply: sent.replies[0]?.content ?? {} }
}

function asCell(exchange: Exchange): Cell {
  const of = (type: string) =>
    exchange.published.filter(({ header }) => header.msg_type === type).map(({ content }) => content)
  const stream = (name: string) =>
    of('stream')
      .filter(content => content['name'] === name)
      .map(({ text }) => String(text))
      .join('')
      .trim()
  return {
    ended: true,
    get reply() {
      return exchange.replies[0]?.content ?? {}
    },
    of,
    stdout: () => stream('stdout'),
    stderr: () => stream('stderr'),
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms)
  })
}

function versionIn(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}
