import { expect, test } from 'vitest'
import { readParameters } from './notebook-parameters.ts'
import { sweepGrid } from './sweep-grid.ts'
import { code, notebook } from './test-support.ts'

const cell = `let rate = 0.1 // from 0 to 1
let sizes = [1]
let name = 'x'
let seed = 0`
const parameters = readParameters(notebook([code('p', cell, ['parameters'])])) ?? []
const grid = (sweeps: string[], fixed: string[] = []) => sweepGrid(sweeps, fixed, parameters)

test('every combination, the last parameter fastest', () => {
  expect(grid(['rate=0.1, 1', 'name=a,b,c'])).toEqual([
    ['rate=0.1', 'name=a'],
    ['rate=0.1', 'name=b'],
    ['rate=0.1', 'name=c'],
    ['rate=1', 'name=a'],
    ['rate=1', 'name=b'],
    ['rate=1', 'name=c'],
  ])
})

test('commas inside arrays and quotes part nothing', () => {
  expect(grid(['sizes=[1,2],[],[3]']).flat()).toEqual(['sizes=[1,2]', 'sizes=[]', 'sizes=[3]'])
  expect(grid(['name="a,b",c']).flat()).toEqual(['name=a,b', 'name=c'])
})

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i).join(',')
test('64 points are the most', () => {
  expect(grid([`seed=${numbers(32)}`, 'name=a,b'])).toHaveLength(64)
  expect(() => grid([`seed=${numbers(33)}`, 'name=a,b'])).toThrow('33 × 2 = 66 runs: 64 at most')
})

test.each([
  [['rat=1,2'], [], "no parameter 'rat'. (Did you mean rate?)"],
  [['rate=0.1,2'], [], 'rate=2: rate takes number (from 0 to 1)'],
  [['rate=0.1,'], [], 'rate=: rate takes number'],
  [['sizes=[1,2'], [], 'sizes=[1,2: sizes takes number[]'],
  [['rate'], [], "'rate' sets nothing"],
  [['rate=0.1,0.10'], [], '--sweep rate: 0.1 is there twice'],
  [['rate=0.1,1', 'rate=0.2'], [], 'rate is given twice: as 0.1 and as 0.2'],
  [['rate=0.1,1'], ['rate=0.1'], 'rate is given twice: as 0.1 and as 1'],
])('%j with %j is refused', (sweeps, fixed, reason) => {
  expect(() => grid(sweeps, fixed)).toThrow(reason)
})
