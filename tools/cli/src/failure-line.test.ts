import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failureLine } from './failure-line.ts'
import { ROOT } from './repository.ts'

const error = (fields: Partial<NodeJS.ErrnoException>, message = 'told by a system') =>
  Object.assign(new Error(message), fields)

test.each([
  [
    error({ code: 'EACCES', path: join(ROOT, '.venv') }),
    /\.venv cannot be written: this user may not.*cp -r '/,
  ],
  [error({ code: 'EROFS', path: join(ROOT, '.venv') }), /the file system is read-only.*npm start/],
  [
    error({ code: 'EACCES', path: '/elsewhere/x' }),
    /^\/elsewhere\/x cannot be written: this user may not\. Name/,
  ],
  [error({ code: 'ENOSPC' }), /^The disk is full/],
  [error({ code: 'ERR_MODULE_NOT_FOUND' }), /^A part of the installation is missing: run `npm run setup`/],
  [
    error({ code: 'EACCES', path: '/x/python', syscall: 'spawn /x/python' }),
    /^\/x\/python cannot be started \(EACCES\)/,
  ],
  [error({ code: 'ERR_SYSTEM_ERROR' }, 'uv_os_homedir returned ENOENT'), /no home folder.*FLATLAND_CACHE=/],
  [error({}, 'our own words'), /^our own words$/],
  ['thrown text', /^thrown text$/],
])('%s becomes a line that says what to do', (thrown, wanted) => {
  expect(failureLine(thrown)).toMatch(wanted)
})
