import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { derivativeCases } from '../test/derivative-cases.ts'
import { MARKERS, rowNames } from '../test/derivative-table.ts'
import { checkHessian, TOLERANCE } from '../test/hessian-check.ts'
import { type BackendName, useBackend } from './backend.ts'
import { verifiedOperations } from './verified-operations.ts'

const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu']

describe.each(backends)('on %s', name => {
  beforeAll(async () => {
    await useBackend(name)
  })

  test.each(derivativeCases)('$name: right against float64 and against differences', given => {
    const before = tf.memory().numTensors
    const seen = recordOperations(() => {
      const { differences, oracle } = checkHessian(given)
      expect(oracle).toBeLessThan(TOLERANCE)
      expect(differences).toBeLessThan(TOLERANCE)
    })
    expect(tf.memory().numTensors).toBe(before)
    if (given.kernel !== undefined) expect(seen).toContain(given.kernel)
  })
})

test('the verified operations are those that have a case', () => {
  const kernels = derivativeCases.flatMap(({ kernel }) => kernel ?? [])
  expect([...new Set(kernels)].sort()).toEqual([...verifiedOperations].sort())
})

/** The names of all that goes on the tape meanwhile. */
function recordOperations(run: () => void): Set<string> {
  const engine = tf.engine() as unknown as { addTapeNode: (name: string, ...rest: unknown[]) => void }
  const { addTapeNode } = engine
  const seen = new Set<string>()
  engine.addTapeNode = (name, ...rest) => {
    seen.add(name.replace(/__op$/, ''))
    addTapeNode(name, ...rest)
  }
  try {
    run()
  } finally {
    engine.addTapeNode = addTapeNode
  }
  return seen
}

test('the README shows each of them, within the tolerance on native and wasm', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  const [start, end] = MARKERS.map(marker => readme.indexOf(marker))
  const rows = readme
    .slice(start, end)
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2)
    .map(line => line.split('|').map(cell => cell.trim()))
  expect(rows.map(([, name]) => name)).toEqual(rowNames())
  const errors = rows.flatMap(cells => cells.slice(3, 7).map(Number))
  expect(errors.length).toBe(4 * rows.length)
  expect(Math.max(...errors)).toBeLessThan(TOLERANCE)
})
