import { expect, test } from 'vitest'
import { decode, encode, type Header, type Message } from './wire.ts'

const parent: Message = {
  identities: [Buffer.from('client')],
  header: { msg_id: '1', msg_type: 'execute_request' } as Header,
  content: {},
}
const frames = () =>
  encode('execute_reply', { status: 'ok' }, parent, 'secret').map(frame => Buffer.from(frame))

test('decodes what it encodes, to the client that asked', () => {
  const { identities, header, content } = decode(frames(), 'secret')
  expect(identities.map(String)).toEqual(['client'])
  expect(header.msg_type).toBe('execute_reply')
  expect(content).toEqual({ status: 'ok' })
})

test('refuses a message signed with another key, or not signed', () => {
  expect(() => decode(frames(), 'other')).toThrow('wrong signature')
  const unsigned = frames()
  unsigned[2] = Buffer.from('')
  expect(() => decode(unsigned, 'secret')).toThrow('wrong signature')
})

test('refuses a message whose content was changed', () => {
  const changed = frames()
  changed[6] = Buffer.from('{"status":"error"}')
  expect(() => decode(changed, 'secret')).toThrow('wrong signature')
})

test('refuses frames without delimiter or parts', () => {
  expect(() => decode([Buffer.from('junk')], 'secret')).toThrow("not Jupyter's")
  expect(() => decode(frames().slice(0, 4), 'secret')).toThrow("not Jupyter's")
})

test('refuses a header without type, and content that is no object', () => {
  const signed = (header: object, content: unknown) =>
    encode('x', content as Message['content'], { ...parent, header: {} as Header }, '').map((frame, index) =>
      Buffer.from(index === 3 ? JSON.stringify(header) : frame),
    )
  expect(() => decode(signed({}, {}), '')).toThrow('no msg_type')
  expect(() => decode(signed({ msg_type: 'x', msg_id: '1' }, 7), '')).toThrow('not a JSON object')
})
