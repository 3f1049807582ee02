import { execFile, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { folder, pathWith, script } from './test-support.ts'

/** A clone that has the first half of set-up, and a second half that only says that it came. */
beforeEach(() => {
  const source = join(folder, 'tools', 'setup', 'src')
  mkdirSync(source)
  for (const name of [
    'setup.mjs',
    'install.mjs',
    'failure.mjs',
    'lock.mjs',
    'make-folder.mjs',
    'progress.mjs',
    'cache-directory.mjs',
  ]) {
    cpSync(join(import.meta.dirname, name), join(source, name))
  }
  writeFileSync(join(source, 'prepare.ts'), "console.log('second half')")
  writeFileSync(join(folder, 'package-lock.json'), '{}')
})

const main = () => join(folder, 'tools', 'setup', 'src', 'setup.mjs')
const environment = (PATH: string) => ({
  PATH,
  HOME: join(folder, 'home'),
  FLATLAND_CACHE: join(folder, 'cache'),
})

function setUp(PATH: string, ...options: string[]): Promise<{ code: unknown; said: string }> {
  return started(process.execPath, [...options, main()], PATH)
}

function started(program: string, args: string[], PATH: string): Promise<{ code: unknown; said: string }> {
  return new Promise(resolve => {
    execFile(program, args, { env: environment(PATH) }, (error, out, errors) => {
      resolve({ code: error?.code ?? 0, said: out + errors })
    })
  })
}

/** After `mount`, in which the clone is `$1`, a set-up by a user who may mount, in a process of its own. */
function setUpMounted(mount: string, PATH: string): Promise<{ code: unknown; said: string }> {
  const shell = ['/bin/sh', '-ec', `PATH=/usr/bin:/bin; ${mount}; PATH=$4 exec "$2" "$3"`, 'sh']
  const args = ['--map-root-user', '--mount', ...shell, folder, process.execPath, main(), PATH]
  return started('/usr/bin/unshare', args, PATH)
}

const mayMount = spawnSync('/usr/bin/unshare', ['--map-root-user', '--mount', 'true']).status === 0

function npm(...lines: string[]): string {
  const bin = pathWith()
  script(join(bin, 'npm'), `echo "$*" >> ${join(folder, 'calls')}`, ...lines)
  return bin
}

const lock = () => join(folder, '.nx', 'setup.lock')
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
const makeModules = () => `/bin/mkdir -p ${join(folder, 'node_modules')}`

test("npm installs the lockfile without scripts, into flatland's cache, without logs, once", async () => {
  const PATH = npm(makeModules())
  expect(await setUp(PATH)).toMatchObject({
    code: 0,
    said: expect.stringContaining('second half') as unknown,
  })
  expect(await setUp(PATH)).toEqual({ code: 0, said: 'second half\n' })
  expect(calls()).toEqual([
    `ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --cache ${join(folder, 'cache', 'npm')} --logs-max=0`,
  ])
  expect(existsSync(lock())).toBe(false)
})

test('without npm, one line says so', async () => {
  const { code, said } = await setUp(pathWith())
  expect(code).toBe(1)
  expect(said).toMatch(/^✗ npm is missing: .*apt install npm/m)
  expect(said).not.toMatch(/^ {4}at /m)
})

test("when npm fails, one line says what to do, then npm's own lines follow, and no stack", async () => {
  const { code, said } = await setUp(npm('echo chatter', 'echo "npm error code EWHAT" >&2', 'exit 7'))
  expect(code).toBe(1)
  expect(said).toMatch(
    /^✗ The packages are not installed, .*run the same command again:\nnpm error code EWHAT\n$/m,
  )
  expect(said).not.toMatch(/^ {4}at |chatter|second half/m)
  expect(existsSync(lock())).toBe(false)
})

test.each([
  ['npm error code ENOTFOUND', /^✗ The package registry was not reached \(ENOTFOUND\)/],
  ['npm error code EUSAGE', /^✗ package-lock.json does not fit/],
  ['npm error code ENOSPC', /^✗ The disk is full/],
])('of %s, one line alone tells', async (line, wanted) => {
  const { code, said } = await setUp(npm(`echo "${line}" >&2`, 'exit 1'))
  expect(code).toBe(1)
  expect(said.trim().split('\n').slice(2)).toEqual([expect.stringMatching(wanted)])
})

test('an old Node is told so, and reads no more than one file', async () => {
  rmSync(join(folder, 'tools', 'setup', 'src', 'install.mjs'))
  const old = "Object.defineProperty(process, 'versions', { value: { node: '16.20.2' } })"
  const { code, said } = await setUp(pathWith(), '--import', `data:text/javascript,${old}`)
  expect(code).toBe(1)
  expect(said).toMatch(/^✗ Node 16\.20\.2 is too old: flatland needs Node ≥ 20 .*\n$/)
})

test('the exit code is that of the second half', async () => {
  writeFileSync(join(folder, 'tools', 'setup', 'src', 'prepare.ts'), 'process.exitCode = 5')
  expect((await setUp(npm(makeModules()))).code).toBe(5)
})

test('of two starts at once, the second waits and finds the work done', async () => {
  const PATH = npm('/bin/sleep 1', makeModules())
  const both = await Promise.all([setUp(PATH), setUp(PATH)])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(both.filter(({ said }) => said.includes('Another start is setting up'))).toHaveLength(1)
  expect(calls()).toHaveLength(1)
})

test('the lock of a process that was killed is taken over', async () => {
  mkdirSync(join(folder, '.nx'))
  writeFileSync(lock(), String(spawnSync('/bin/true').pid))
  const { code, said } = await setUp(npm(makeModules()))
  expect(code).toBe(0)
  expect(said).not.toContain('Another start')
  expect(existsSync(lock())).toBe(false)
})

test('an empty lock, as of a full disk, and that of an earlier process with the same id are taken over', async () => {
  mkdirSync(join(folder, '.nx'))
  const PATH = npm(makeModules())
  for (const text of ['', `${process.pid} 1`]) {
    writeFileSync(lock(), text)
    const { code, said } = await setUp(PATH)
    expect([code, said.includes('Another start')]).toEqual([0, false])
  }
})

test.skipIf(process.platform !== 'linux')(
  'when a start is killed, the next one waits for the npm that goes on',
  async () => {
    const order = join(folder, 'order')
    const go = join(folder, 'go')
    const wait = `while [ ! -e ${go} ]; do /bin/sleep 0.05; done`
    const PATH = npm(`echo begin >> ${order}`, wait, `echo end >> ${order}`, makeModules())
    const begin = () => spawn(process.execPath, [main()], { env: environment(PATH) })
    const first = begin()
    await until(() => existsSync(lock()) && readFileSync(lock(), 'utf8').includes('\n'))
    first.kill('SIGKILL')
    const second = begin()
    let said = ''
    second.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Another start is setting up')) writeFileSync(go, '')
    })
    expect(await new Promise(resolve => second.once('close', resolve))).toBe(0)
    expect(readFileSync(order, 'utf8')).toBe('begin\nend\nbegin\nend\n')
    expect(existsSync(lock())).toBe(false)
  },
)

test('a start that is ended takes its npm along, gives the lock back and says by what', async () => {
  const PATH = npm('echo $$ > ' + join(folder, 'pid'), 'exec /bin/sleep 60')
  const child = spawn(process.execPath, [main()], { env: environment(PATH), stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('close', resolve))
  await until(() => existsSync(join(folder, 'pid')))
  child.kill('SIGTERM')
  expect(await ended).toBe(143)
  const { code, said } = await setUp(npm(makeModules()))
  expect([code, said]).toEqual([0, expect.stringContaining('second half') as unknown])
})

test.skipIf(!mayMount)(
  'a clone that is only read starts when it is complete, else one line tells',
  async () => {
    const readOnly = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"'
    const PATH = npm(makeModules())
    const { code, said } = await setUpMounted(readOnly, PATH)
    expect(code).toBe(1)
    expect(said).toMatch(/^✗ .* cannot be written: the file system is read-only\. .*cp -r .*\n$/)
    await setUp(PATH)
    expect(await setUpMounted(readOnly, PATH)).toEqual({ code: 0, said: 'second half\n' })
  },
)

test.skipIf(!mayMount)('on a full disk one line tells, and no lock stays', async () => {
  const full =
    'mkdir "$1/.nx"; mount -t tmpfs -o size=4k none "$1/.nx"; head -c 4096 /dev/zero > "$1/.nx/full"'
  const look = `${full}; (PATH=$4 "$2" "$3" 2>&1 || echo "code $?"); ls "$1/.nx"; exit`
  const { said } = await setUpMounted(look, pathWith())
  expect(said).toMatch(/^✗ The disk is full: .*\ncode 1\nfull\n$/)
})

test.skipIf(!mayMount)(
  'a failure without a known cause is put down to the disk when that is full',
  async () => {
    const full = 'mkdir "$1/cache"; mount -t tmpfs -o size=64k none "$1/cache"; mkdir "$1/cache/npm"'
    const fill = 'head -c 65536 /dev/zero > "$1/cache/full" 2> /dev/null || true'
    const { code, said } = await setUpMounted(`${full}; ${fill}`, npm('exit 1'))
    expect(code).toBe(1)
    expect(said).toMatch(/^✗ The disk is full: 0 MB are left in .*cache\. /m)
  },
)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}
