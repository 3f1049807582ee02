import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { emptyResult, emptyRunner } from '../../test/empty-runner.ts'
import { emptyTrial, emptyTrials } from '../../test/empty-trials.ts'
import { freePort, testRedis, type TestRedis } from '../../test/redis.ts'
import { codeHash } from '../code-hash.ts'
import { sweep, type SweepEvent } from '../sweep.ts'
import { trialKey } from '../trial-key.ts'
import { trialStore } from '../trial-store.ts'
import { checkTrial } from '../trial.ts'
import { queue } from './queue-executor.ts'
import { queueName } from './queue-names.ts'
import { workQueue } from './queue-worker.ts'
import type { TrialRunner } from './trial-runner.ts'

let server: TestRedis
let redis: Redis
beforeAll(async () => {
  server = await testRedis()
  redis = new Redis(server.port)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map(each => each.end()))
  await redis.flushall()
})

const code = codeHash()
const keyOf = (seed: number): string => trialKey(checkTrial(emptyTrial(seed)), code)
const newStore = () => trialStore(mkdtempSync(join(tmpdir(), 'queue-test-')))

const workers: { readonly end: () => Promise<void> }[] = []
/** @returns what it said */
function startWorker(runner: TrialRunner = emptyRunner(), slots = 2): string[] {
  const drain = new AbortController()
  const said: string[] = []
  const working = workQueue(server.url, {
    slots,
    backend: 'native',
    runner,
    drain: drain.signal,
    listen: line => said.push(line),
    // Longer than 50 MB take to be read.
    lease: 20_000,
  })
  workers.push({
    end: async () => {
      drain.abort()
      await working
    },
  })
  return said
}

async function all(events: AsyncIterable<SweepEvent>): Promise<SweepEvent[]> {
  const told: SweepEvent[] = []
  for await (const event of events) told.push(event)
  return told
}

const bullmq = () =>
  new Queue(queueName(code, 'native'), { connection: { port: server.port }, prefix: 'flatland' })

describe('a sweep through the queue', () => {
  test('gives each result once, keeps it, and leaves nothing in the queue', async () => {
    startWorker()
    const store = newStore()
    const events = await all(sweep(emptyTrials(30), { executor: queue(server.url), store }))
    expect(events.map(({ kind }) => kind)).toEqual(Array(30).fill('result'))
    expect(new Set(events.map(({ index }) => index)).size).toBe(30)
    const { records } = await store.list()
    expect(records.map(({ key }) => key).toSorted()).toEqual(
      emptyTrials(30)
        .map((_, seed) => keyOf(seed))
        .toSorted(),
    )
    expect(records.every(({ result }) => JSON.stringify(result) === JSON.stringify(emptyResult))).toBe(true)
    expect(await redis.keys(`flatland:${queueName(code, 'native')}:${'?'.repeat(64)}`)).toEqual([])
    for (const key of await redis.keys('flatland:result:*'))
      expect(await redis.ttl(key)).toBeLessThanOrEqual(60)
    // The second time the queue is not asked.
    const again = await all(sweep(emptyTrials(30), { executor: queue('redis://127.0.0.1:1'), store }))
    expect(again.every(event => event.kind === 'result' && event.from === 'store')).toBe(true)
  })

  test('two that want the same trials both get them', async () => {
    startWorker(emptyRunner(5))
    const both = await Promise.all(
      [newStore(), newStore()].map(store =>
        all(sweep(emptyTrials(20), { executor: queue(server.url), store })),
      ),
    )
    for (const events of both) expect(events.filter(({ kind }) => kind === 'result')).toHaveLength(20)
  })

  test('the smaller of two is done first', async () => {
    const large = all(sweep(emptyTrials(40), { executor: queue(server.url), store: newStore() }))
    await expect.poll(() => bullmq().getPrioritizedCount(), { timeout: 20_000 }).toBe(40)
    const order: string[] = []
    const small = sweep([emptyTrial(1000)], { executor: queue(server.url), store: newStore() })
    const ended = all(small).then(() => order.push('small'))
    await expect.poll(() => bullmq().getPrioritizedCount(), { timeout: 20_000 }).toBe(41)
    startWorker(emptyRunner(20), 1)
    await Promise.all([ended, large.then(() => order.push('large'))])
    expect(order).toEqual(['small', 'large'])
  })

  test('what the server has forgotten is asked for again', { timeout: 60_000 }, async () => {
    const running = all(sweep(emptyTrials(10), { executor: queue(server.url), store: newStore() }))
    await expect.poll(() => bullmq().getPrioritizedCount(), { timeout: 20_000 }).toBe(10)
    await redis.flushall()
    startWorker()
    expect((await running).map(({ kind }) => kind)).toEqual(Array(10).fill('result'))
  })

  test('stopping it gives its trials up, waiting and running', async () => {
    let stopped = 0
    const endless: TrialRunner = ({ stop }) => ({
      outcome: new Promise(resolve => {
        stop.addEventListener('abort', () => {
          stopped++
          resolve({ kind: 'died', reason: 'stopped' })
        })
      }),
      checkpoint: () => undefined,
    })
    startWorker(endless)
    const stop = new AbortController()
    const running = all(
      sweep(emptyTrials(10), { executor: queue(server.url), store: newStore(), signal: stop.signal }),
    )
    await expect.poll(() => bullmq().getActiveCount(), { timeout: 20_000 }).toBe(2)
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect.poll(() => stopped, { timeout: 20_000 }).toBe(2)
    await expect
      .poll(async () => (await bullmq().getActiveCount()) + (await bullmq().getPrioritizedCount()), {
        timeout: 20_000,
      })
      .toBe(0)
  })

  test('a trial that fails tells why, and is tried again when it is asked for again', async () => {
    const failing: TrialRunner = () => ({
      outcome: Promise.resolve({ kind: 'failed', reason: 'no such data' }),
      checkpoint: () => undefined,
    })
    startWorker(failing)
    const first = await all(sweep([emptyTrial(0)], { executor: queue(server.url), store: newStore() }))
    expect(first).toMatchObject([{ kind: 'failed', reason: 'no such data' }])
    await workers.pop()?.end()
    startWorker()
    const second = await all(sweep([emptyTrial(0)], { executor: queue(server.url), store: newStore() }))
    expect(second).toMatchObject([{ kind: 'result' }])
  })

  test('a result that a worker made up is refused', async () => {
    const wrong: TrialRunner = () => ({
      outcome: Promise.resolve({
        kind: 'done',
        result: { ...emptyResult, curve: 'none' } as never,
        kept: [],
        code,
      }),
      checkpoint: () => undefined,
    })
    startWorker(wrong)
    const events = await all(sweep([emptyTrial(0)], { executor: queue(server.url), store: newStore() }))
    expect(events).toMatchObject([
      { kind: 'failed', reason: expect.stringContaining('what a worker sent is refused') as string },
    ])
  })
})

describe('what a worker refuses, and goes on', () => {
  const forged: readonly (readonly [name: string, id: string, data: unknown, reason: string])[] = [
    ['no trial', keyOf(0), { nonsense: 1 }, 'The job is no trial'],
    ['nothing', keyOf(0), null, 'The job is no trial'],
    [
      'another name than its own',
      keyOf(1),
      { code, trial: checkTrial(emptyTrial(0)) },
      'its trial has the key',
    ],
    [
      'another code',
      keyOf(0),
      { code: '0'.repeat(64), trial: checkTrial(emptyTrial(0)) },
      'The job is for code 000000000000',
    ],
    [
      'an unknown network',
      keyOf(0),
      { code, trial: { ...checkTrial(emptyTrial(0)), network: { kind: 'evil' } } },
      'network.kind is of kind "evil"',
    ],
    [
      '50 MB',
      keyOf(0),
      { code, trial: { ...checkTrial(emptyTrial(0)), more: 'x'.repeat(50_000_000) } },
      'bytes; at most 1000000',
    ],
    [
      'a field more',
      keyOf(0),
      { code, trial: checkTrial(emptyTrial(0)), run: 'process.exit()' },
      'The job is no trial',
    ],
  ]
  test.each(forged)(
    '%s',
    async (_, id, data, reason) => {
      startWorker()
      const job = await bullmq().add('trial', data, { jobId: id })
      await expect.poll(() => job.isFailed(), { timeout: 60_000, interval: 100 }).toBe(true)
      expect((await bullmq().getJob(id))?.failedReason).toContain(reason)
      const events = await all(sweep([emptyTrial(7)], { executor: queue(server.url), store: newStore() }))
      expect(events).toMatchObject([{ kind: 'result' }])
    },
    120_000,
  )

  test('a job that is not even JSON', async () => {
    startWorker()
    const job = await bullmq().add('trial', {}, { jobId: keyOf(0), delay: 500 })
    await redis.hset(`flatland:${queueName(code, 'native')}:${keyOf(0)}`, 'data', '{"broken')
    const events = await all(sweep([emptyTrial(7)], { executor: queue(server.url), store: newStore() }))
    expect(events).toMatchObject([{ kind: 'result' }])
    expect(job.id).toBe(keyOf(0))
  })
})

test('through TLS, as a user who has the keys of one prefix alone', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-tls-'))
  const port = await freePort()
  const secure = await testRedis(tlsSettings(folder, port))
  const admin = new Redis(secure.port)
  await admin.acl(
    'SETUSER',
    'optics',
    'on',
    '>p:w/d',
    '~optics:*',
    '&optics:*',
    '+@all',
    '-@dangerous',
    '+info',
  )
  const url = `rediss://optics:${encodeURIComponent('p:w/d')}@localhost:${port}?prefix=optics`
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
  const log = join(folder, 'stored')
  const start = (script: string, ...args: readonly string[]) =>
    spawn(process.execPath, [join(import.meta.dirname, '../../test', script), url, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const worker = start('queue-worker-process.ts', '2', '1', '30000')
  try {
    const [exit] = (await once(
      start('queue-sweep-process.ts', join(folder, 'store'), '10', log),
      'exit',
    )) as [number]
    expect(exit).toBe(0)
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(10)
    expect((await admin.keys('*')).filter(key => !key.startsWith('optics:'))).toEqual([])
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
  } finally {
    worker.kill('SIGKILL')
    admin.disconnect()
    await secure.stop()
  }
})

/** A certificate for localhost, made for the occasion. */
function tlsSettings(folder: string, port: number): string[] {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  const files = ['--tls-key-file', key, '--tls-cert-file', cert, '--tls-ca-cert-file', cert]
  return ['--tls-port', `${port}`, '--tls-auth-clients', 'no', ...files]
}

describe('a server that is not one for the queue is one clear error before anything runs', () => {
  const run = (url: string) => all(sweep([emptyTrial(0)], { executor: queue(url), store: newStore() }))

  test('nobody there', async () => {
    await expect(run('redis://user:secret@127.0.0.1:1')).rejects.toThrow(
      /^The queue redis:\/\/127\.0\.0\.1:1\/0\?prefix=flatland cannot be reached: .*ECONNREFUSED.*\. Check host and port/,
    )
  })

  test('a wrong password', async () => {
    const locked = await testRedis(['--requirepass', 'right'])
    try {
      await expect(run(`redis://:wrong@127.0.0.1:${locked.port}`)).rejects.toThrow(
        'does not let us in: check user and password of its address.',
      )
      await expect(run(locked.url)).rejects.toThrow('does not let us in')
    } finally {
      await locked.stop()
    }
  })

  test('a certificate that nobody vouches for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'queue-tls-'))
    const port = await freePort()
    const secure = await testRedis(tlsSettings(folder, port))
    try {
      await expect(run(`rediss://localhost:${port}`)).rejects.toThrow(
        /cannot be reached: self-signed certificate.*\. Check host, port, and that its certificate is one that Node trusts/,
      )
      await expect(run(`redis://localhost:${port}`)).rejects.toThrow('where it wants TLS, write rediss://')
    } finally {
      await secure.stop()
    }
  })

  test('one that throws jobs away', async () => {
    const forgetful = await testRedis(['--maxmemory-policy', 'allkeys-lru'])
    try {
      await expect(run(forgetful.url)).rejects.toThrow('set maxmemory-policy noeviction there')
    } finally {
      await forgetful.stop()
    }
  })
})
