import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { locateNpmTarball } from './npm-tarball.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

/** Sets npm up, as a user would by environment, for a registry with the one package made-up@1.0.0. */
async function useMadeUpRegistry(dist: object) {
  const server = createServer((request, response) => {
    const known = request.url === '/made-up'
    const manifest = { name: 'made-up', version: '1.0.0', dist }
    const answer = { name: 'made-up', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': manifest } }
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(known ? answer : { error: 'Not found' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await useRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

async function useRegistry(url: string) {
  vi.stubEnv('npm_config_registry', url)
  vi.stubEnv('npm_config_cache', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

test('asks the registry npm is set up for', async () => {
  await useMadeUpRegistry({ tarball: 'http://127.0.0.1/made-up-1.0.0.tgz' })
  expect(await locateNpmTarball('made-up@1.0.0')).toBe('http://127.0.0.1/made-up-1.0.0.tgz')
})

test.each(['unknown@1.0.0', 'made-up@2.0.0'])('says that the registry has no %s', async spec => {
  await useMadeUpRegistry({ tarball: 'http://127.0.0.1/made-up-1.0.0.tgz' })
  await expect(locateNpmTarball(spec)).rejects.toThrow(new RegExp(`^npm cannot find ${spec}: `))
})

test('says that the registry gives no tarball', async () => {
  await useMadeUpRegistry({})
  await expect(locateNpmTarball('made-up@1.0.0')).rejects.toThrow(/^npm cannot find made-up@1\.0\.0: /)
})

test('says that the registry does not answer', async () => {
  await useRegistry('http://127.0.0.1:1/')
  await expect(locateNpmTarball('made-up@1.0.0')).rejects.toThrow(
    /^npm cannot find made-up@1\.0\.0: .*ECONNREFUSED 127\.0\.0\.1:1$/,
  )
})

test('says that npm is not there', async () => {
  vi.stubEnv('PATH', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  await expect(locateNpmTarball('made-up@1.0.0')).rejects.toThrow(
    'npm cannot find made-up@1.0.0: spawn npm ENOENT',
  )
})
