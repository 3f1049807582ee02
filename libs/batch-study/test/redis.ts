/** A real Redis for tests, on a port of its own: the machine's, or Debian's packages unpacked into the cache, without root. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** As a power cut would: what was not yet written is lost. */
  readonly kill: () => Promise<void>
  /** With what is on its disk. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a server that keeps an append-only file. @param settings further ones, as on its command line */
export async function testRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'flatland-redis-'))
  const port = await freePort()
  const [command, libraries] = serverCommand()
  let server: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const args = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
    ]
    server = spawn(command, [...args, ...settings], {
      stdio: 'ignore',
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
    })
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries > 200) throw new Error('Redis does not start')
      await setTimeout(50)
    }
  }
  const kill = async (): Promise<void> => {
    const ended = server?.exitCode === null ? once(server, 'exit') : undefined
    server?.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    start,
    stop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Its server is the same program as the check of a dump; which of them it is, its name says. */
const PACKAGES = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']

/** @returns the program, and the folder of its libraries */
function serverCommand(): [command: string, libraries: string] {
  try {
    return [execFileSync('which', ['redis-server'], { encoding: 'utf8' }).trim(), '']
  } catch {
    // Not installed: unpacked below.
  }
  const root = join(process.env['FLATLAND_CACHE'] ?? join(homedir(), '.cache', 'flatland'), 'redis')
  if (!existsSync(root)) unpackServer(root)
  return [join(root, 'usr/bin/redis-server'), join(root, 'usr/lib', libraryFolder())]
}

function unpackServer(root: string): void {
  const half = `${root}.${process.pid}`
  mkdirSync(half, { recursive: true })
  // apt checks them by the hashes that the distribution signed.
  execFileSync('apt-get', ['download', ...PACKAGES], { cwd: half, stdio: 'ignore' })
  execFileSync('sh', ['-c', 'for each in *.deb; do dpkg-deb -x "$each" . && rm "$each"; done'], { cwd: half })
  symlinkSync('redis-check-rdb', join(half, 'usr/bin/redis-server'))
  try {
    renameSync(half, root)
  } catch (error) {
    // Another test was faster.
    if (!existsSync(root)) throw error
    rmSync(half, { recursive: true, force: true })
  }
}

function libraryFolder(): string {
  return process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether a server there answers. */
async function answers(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.on('data', data => {
      resolve(/^(?:\+PONG|-NOAUTH)/.test(data.toString()))
      socket.destroy()
    })
    socket.on('error', () => {
      resolve(false)
    })
  })
}
