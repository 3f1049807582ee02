import { expect, test } from 'vitest'
import { hasWords, placeholdersIn, textTranslator } from './translate-text.ts'

const translate = textTranslator([
  ['time', '时间'],
  ['SGD', 'SGD'],
  ['updates', '更新次数'],
  ['momentum', '动量'],
  ['time per update', '每次更新的时间'],
  ['{0} per update', '每次更新的{0}'],
  ['{0} ms at batch size {1}', '批量大小 {1} 时为 {0} 毫秒'],
  ['{0} and {0} again', '又是{0}'],
  ['{0}: {1}', '{0}：{1}'],
  ['all (of them?)', '全部'],
])

test.each([
  ['time', '时间'],
  ['time  per\nupdate', '每次更新的时间'],
  ['3.5 ms at batch size 1,024', '批量大小 1,024 时为 3.5 毫秒'],
  ['updates per update', '每次更新的更新次数'],
  ['time and time again', '又是时间'],
  ['SGD: time', 'SGD：时间'],
  ['time, updates', '时间，更新次数'],
  ['SGD, momentum; time', 'SGD，动量；时间'],
  ['4/4 · time', '4/4 · 时间'],
  ['all (of them?)', '全部'],
])('%j becomes %j', (text, chinese) => {
  expect(translate(text)).toEqual({ text: chinese, missing: [] })
})

test.each(['', '3.2e-5', '−1 ± 2E+3', 'η/B', 'x² − y²', 'w₁', '‖g‖', '时间', '100 %'])(
  '%j has no words',
  text => {
    expect(hasWords(text)).toBe(false)
    expect(translate(text)).toEqual({ text, missing: [] })
  },
)

test.each([
  ['loss', ['loss']],
  // What a placeholder holds, or a piece of a list, is named alone.
  ['Adam per update', ['Adam']],
  ['time, loss', ['loss']],
  ['Adam: loss', ['Adam', 'loss']],
  // None of its parts is known: it is a sentence with a comma.
  ['a loss, which falls', ['a loss, which falls']],
  // A placeholder that stands twice holds the same twice.
  ['time and updates again', ['time and updates again']],
])('%j stays as it is, for want of %j', (text, missing) => {
  expect(translate(text)).toEqual({ text, missing })
})

test('of templates that fit, the one with the most literal characters wins', () => {
  const both = textTranslator([
    ['{0} {1}', 'B{0}{1}'],
    ['{0} of batch', 'A{0}'],
    ['many', 'C'],
    ['of batch', 'D'],
  ])
  expect(both('3 of batch').text).toBe('A3')
  expect(both('many of batch').text).toBe('AC')
  expect(both('some of batch')).toEqual({ text: 'some of batch', missing: ['some'] })
})

test('where what one template leaves has no translation, the next one is tried', () => {
  const two = textTranslator([
    ['{0} of batch', 'A{0}'],
    ['loss {0}', 'B{0}'],
    ['per cent of batch', 'C'],
  ])
  expect(two('loss per cent of batch').text).toBe('BC')
})

test('a later entry wins', () => {
  expect(textTranslator([['loss', '一'], ['loss', '二']])('loss').text).toBe('二') // prettier-ignore
})

test('what a placeholder holds is never taken for a pattern', () => {
  expect(translate('$& ms at batch size $1').text).toBe('批量大小 $1 时为 $& 毫秒')
  expect(translate('{1} ms at batch size {0}').text).toBe('批量大小 {0} 时为 {1} 毫秒')
})

test('placeholders are listed as they stand', () => {
  expect(placeholdersIn('{1} of {0}, {1}')).toEqual(['1', '0', '1'])
})
