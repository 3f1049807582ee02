import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConnectionFile } from './connection-file.ts'

const file = join(mkdtempSync(join(tmpdir(), 'connection-')), 'kernel.json')
const ports = { shell_port: 1, iopub_port: 2, control_port: 3, stdin_port: 4, hb_port: 5 }
const right = { transport: 'tcp', ip: '127.0.0.1', key: 'k', signature_scheme: 'hmac-sha256', ...ports }

function read(content: object) {
  writeFileSync(file, JSON.stringify(content))
  return readConnectionFile(file)
}

test('is read as it stands', () => {
  expect(read(right)).toEqual(right)
})

test.each([
  [{ key: 5 }, 'key is no text'],
  [{ hb_port: '5' }, 'hb_port is no whole number'],
  [{ ip: undefined }, 'ip is no text'],
  [{ signature_scheme: 'hmac-md5' }, 'signature_scheme is not hmac-sha256'],
])('%j is refused by name', (change, message) => {
  expect(() => read({ ...right, ...change })).toThrow(message)
})
