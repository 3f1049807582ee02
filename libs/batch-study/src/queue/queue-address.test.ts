import fc from 'fast-check'
import { expect, test } from 'vitest'
import { queueAddress } from './queue-address.ts'

test('reads every part, and shows all but user and password', () => {
  expect(queueAddress('rediss://lab:s%40cret@queue.example:6380/2?prefix=optics')).toEqual({
    host: 'queue.example',
    port: 6380,
    username: 'lab',
    password: 's@cret',
    tls: true,
    database: 2,
    prefix: 'optics',
    shown: 'rediss://queue.example:6380/2?prefix=optics',
  })
  expect(queueAddress('redis://127.0.0.1')).toMatchObject({
    port: 6379,
    database: 0,
    prefix: 'flatland',
    tls: false,
  })
  expect(queueAddress('redis://[::1]:7000').host).toBe('::1')
})

const wrong = [
  '127.0.0.1:6379',
  'http://host',
  'redis://',
  'redis://host/x',
  'redis://host?prefix=a:b',
  'redis://host?pass=secret',
]
test.each(wrong)('refuses %s', url => {
  expect(() => queueAddress(url)).toThrow(RangeError)
})

test('no error tells the password', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{12}$/),
      fc.constantFrom('http://a:PASS@h', 'redis://a:PASS@h/x', 'redis://a:PASS@h?x=1', 'PASS'),
      (password, form) => {
        let said = ''
        try {
          queueAddress(form.replace('PASS', password))
        } catch (error) {
          said = String(error)
        }
        expect(said).not.toBe('')
        expect(said).not.toContain(password)
      },
    ),
  )
})
