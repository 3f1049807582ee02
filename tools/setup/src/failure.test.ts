import { expect, test } from 'vitest'
import { run } from './test-support.ts'

/** What is said when a program printed `printed` and failed. */
function line(printed: string, environment: Record<string, string> = {}): Promise<string> {
  const error = `new m.StepFailure('pip ended with code 1', ${JSON.stringify(printed)})`
  const none = {
    https_proxy: '',
    HTTPS_PROXY: '',
    http_proxy: '',
    HTTP_PROXY: '',
    ALL_PROXY: '',
    all_proxy: '',
  }
  const npm = { npm_config_https_proxy: '', npm_config_proxy: '', PIP_PROXY: '' }
  return run('failure.mjs', `console.log(m.failureLine(${error}, root))`, { ...none, ...npm, ...environment })
}

test.each([
  ["OSError: [Errno 28] No space left on device: '/x'", /^The disk is full: .*FLATLAND_CACHE=/],
  ['npm error code EDQUOT', /^The disk is full/],
  ['[Errno -3] Temporary failure in name resolution', /not reached \(name resolution\).*https_proxy=http:/],
  ['npm error code EAI_AGAIN', /not reached \(EAI_AGAIN\)/],
  ['ReadTimeoutError: Read timed out. (read timeout=15)', /not reached \(ReadTimeout\)/],
  ['Tunnel connection failed: 407 Proxy Authentication Required', /^The proxy wants a name and a password/],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /certificate.*NODE_EXTRA_CA_CERTS=.*PIP_CERT=/],
  ["PermissionError: [Errno 13] Permission denied: '/elsewhere/x'", /^\/elsewhere\/x cannot be used: user /],
  [
    'In file a.cc\na.cc:1:10: fatal error: cstdlib: No such file\ncompilation terminated.',
    /^a\.cc:1:10: fatal error: cstd/,
  ],
  ['a warning\nValueError: the last line tells.', /^ValueError: the last line tells\. Mend that/],
])('%j becomes one line that says what to do', async (printed, wanted) => {
  const said = await line(printed)
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(wanted)
})

test('what cannot be written is told with the place to take instead: in the clone, in the cache', async () => {
  const say = (path: string) =>
    run(
      'failure.mjs',
      `const e = Object.assign(new Error('no'), { code: 'EACCES', path: ${path} }); console.log(m.failureLine(e, root))`,
    )
  expect(await say("root + '/.nx'")).toMatch(/\.nx cannot be written: user .* may not\..*cp -r '/)
  expect(await say("root + '/cache/npm'")).toMatch(/cache cannot be written.*FLATLAND_CACHE=/)
  const home = "Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' })"
  expect(await run('failure.mjs', `console.log(m.failureLine(${home}, root))`)).toMatch(
    /no home folder.*FLATLAND_CACHE=/,
  )
})

test("a proxy's name and password are never said, in no spelling", async () => {
  const environment = { https_proxy: 'http://alice:s3cr%23t@proxy:3128' }
  for (const printed of [
    'npm error code ECONNREFUSED http://alice:s3cr%23t@proxy:3128',
    'error: proxy alice:s3cr#t is bad; password s3cr#t or s3cr%23t',
    'ERROR: https://bob:hunter22@registry/simple is gone',
  ]) {
    const said = await line(printed, environment)
    expect(said).not.toMatch(/alice|s3cr|bob|hunter/)
  }
  expect(await line('ECONNREFUSED', environment)).toContain('Given is https_proxy=http://***@proxy:3128.')
})
