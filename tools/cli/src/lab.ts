import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { z } from 'zod'
import { runToEnd } from './child.ts'
import { jupyterEnvironment, runtimeDirectory } from './jupyter-environment.ts'
import { requireFreePort } from './port.ts'
import { NOTEBOOKS, venvPython } from './repository.ts'

interface LabOptions {
  port?: number
  browser: boolean
}

export function addLab(program: Command): void {
  program
    .command('lab')
    .description('open JupyterLab on the notebooks, on 127.0.0.1 and with a token; Ctrl-C ends it')
    .option('--port <number>', 'exactly this port (default: 8888, or the next free one)', parsePort)
    .option('--no-browser', 'print the address, open nothing')
    .addHelpText(
      'after',
      `
Example:
  $ npx flatland lab --port 9000 --no-browser`,
    )
    .action(async (options: LabOptions) => {
      process.exitCode = await startLab(options)
    })
}

async function startLab({ port, browser }: LabOptions): Promise<number> {
  if (port !== undefined) await requireFreePort(port)
  const env = jupyterEnvironment()
  // Where it is not, Jupyter answers with a page of its own code.
  accessSync(dirname(runtimeDirectory()), constants.W_OK)
  const token = randomBytes(24).toString('hex')
  let announced: Promise<boolean> | undefined
  const code = await runToEnd(venvPython(), ['-m', 'jupyterlab', ...serverOptions(port, browser)], {
    cwd: NOTEBOOKS,
    // In the environment, so that other users do not read the token in the list of processes.
    env: { ...env, JUPYTER_TOKEN: token },
    started: child => {
      announced = announce(child, token)
    },
  })
  // 128 and more: a signal ended it, which is no failure of its own.
  if (code > 0 && code < 128 && !(await announced)) {
    throw new Error(
      'JupyterLab did not start; its own words are above. `npm run setup` mends a broken .venv.',
    )
  }
  return code
}

function serverOptions(port: number | undefined, browser: boolean): string[] {
  return [
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.root_dir=${NOTEBOOKS}`,
    `--ServerApp.open_browser=${browser ? 'True' : 'False'}`,
    ...(port === undefined ? [] : [`--ServerApp.port=${port}`, '--ServerApp.port_retries=0']),
    '--Application.log_level=ERROR',
    // Root is normal in containers; the loopback address and the token still guard the server.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    // No request leaves this machine: no news, no look for updates, no catalogue of extensions.
    '--LabApp.news_url=None',
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    '--LabApp.extension_manager=readonly',
    // It would ask npm, which logs into the user's home, for language servers that this kernel does not need.
    '--LanguageServerManager.autodetect=False',
  ]
}

/**
 * Jupyter notes its address in a file once it listens; the port is known only then.
 *
 * @returns whether it came to that
 */
async function announce(child: ChildProcess, token: string): Promise<boolean> {
  const note = join(runtimeDirectory(), `jpserver-${child.pid ?? 0}.json`)
  // Left by a server that was killed and had the same process id.
  rmSync(note, { force: true })
  while (child.exitCode === null && child.signalCode === null) {
    const url = addressIn(note)
    if (url !== undefined) {
      console.log(`JupyterLab is at ${url}lab?token=${token}\nCtrl-C ends it.`)
      return true
    }
    await pause(100)
  }
  return false
}

function addressIn(file: string): string | undefined {
  try {
    return z.object({ url: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).url
  } catch {
    // Not there yet, or half written: the next look finds it.
    return undefined
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InvalidArgumentError('A port is a whole number from 1 to 65535.')
  }
  return port
}
