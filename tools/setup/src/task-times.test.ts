import { expect, test } from 'vitest'
import { taskTimesText } from './task-times.mjs'

const results = [
  { task: { id: 'charts:lint', startTime: 0, endTime: 4_000 } },
  { task: { id: 'notebooks:smoke', startTime: 1_000, endTime: 602_400 } },
  { task: { id: 'kernel:test', startTime: 5_000, endTime: 70_000 } },
  { task: { id: 'charts:test', startTime: 5_000, endTime: 7_000 } },
]

test('the longest task comes first, and short ones are told together', () => {
  expect(taskTimesText(results, 602_400).trim().split('\n')).toEqual([
    'Where the time went, in minutes:',
    ' 10:01  notebooks:smoke',
    '  1:05  kernel:test',
    '  0:06  2 others together',
    ' 10:02  in all, several at once',
  ])
})

test('a run of a few seconds needs no account', () => {
  expect(taskTimesText(results.slice(0, 1), 4_000)).toBe('')
})
