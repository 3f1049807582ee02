import { describe, expect, test } from 'vitest'
import { lastReply, provenanceOf, withProvenance } from './run-provenance.ts'
import { code, notebook } from './test-support.ts'
import { thisCode } from './this-code.ts'

const parameters = code(
  'p',
  "let profile: 'smoke' | 'lecture' = 'lecture'\nlet seed = 0\nlet rates: number[] = [1, -2.5]\nlet half = seed / 2",
  ['parameters'],
)

describe('what is known before the run', () => {
  test('all parameters as the run has them, in JSON where they are written out', async () => {
    const cells = [parameters, code('i', "profile = 'smoke'\nseed = 7", ['injected-parameters'])]
    const { metadata } = await withProvenance(notebook(cells))
    expect(metadata).toMatchObject({
      flatland: { parameters: { profile: 'smoke', seed: 7, rates: [1, -2.5], half: 'seed / 2' } },
    })
  })

  test('the code, the machine, the time; an earlier note goes, and what others keep stays', async () => {
    const before = Date.now()
    const old = { ...notebook([]), metadata: { papermill: { version: '2.7' }, flatland: { ended: 'old' } } }
    const { metadata } = await withProvenance(old)
    expect(metadata).toEqual({
      papermill: { version: '2.7' },
      flatland: {
        ...thisCode(),
        parameters: {},
        processor: expect.any(String) as unknown,
        cores: expect.any(Number) as unknown,
        started: expect.any(String) as unknown,
      },
    })
    const { started } = (metadata as { flatland: { started: string } }).flatland
    expect(Date.parse(started)).toBeGreaterThanOrEqual(before)
    expect(old.metadata.flatland).toEqual({ ended: 'old' })
  })
})

describe('what is known after it', () => {
  const flatland = {
    version: '0.1.0',
    parameters: {},
    cores: 2,
    started: '2026-11-30T07:30:00.000Z',
    ended: '2026-11-30T07:33:02.123Z',
  }
  const ran = (execution?: object) => ({
    ...code('a', '1'),
    metadata: execution === undefined ? {} : { execution },
    execution_count: 1,
  })
  const executed = (cells: ReturnType<typeof ran>[], note: unknown = flatland) => ({
    ...notebook([]),
    cells,
    metadata: { flatland: note },
  })
  const early = {
    'iopub.status.busy': '2026-11-30T07:32:00Z',
    'shell.execute_reply': '2026-11-30T07:33:02.123456Z',
  }
  const late = { ...early, 'shell.execute_reply': '2026-11-30T07:33:03Z' }

  test('the note is the truth while all cells that ran did so before its end', () => {
    const notRun = { ...code('b', '2'), execution_count: null as number | null }
    const cells = [ran(early), ran({ 'iopub.status.busy': early['iopub.status.busy'] })]
    expect(provenanceOf({ ...executed(cells), cells: [...cells, notRun] })).toEqual(flatland)
  })

  test.each([
    ['a cell ran later, by papermill', [ran(early), ran(late)]],
    ['a cell ran without times, in JupyterLab', [ran(early), ran()]],
  ])('%s: it is not', (_, cells) => {
    expect(provenanceOf(executed(cells))).toBeUndefined()
  })

  test.each([[undefined], ['text'], [{ ...flatland, ended: 'yesterday' }], [{ ended: flatland.ended }]])(
    'a note that says %j is none',
    note => {
      expect(provenanceOf(executed([ran(early)], note ?? null))).toBeUndefined()
    },
  )

  test('the last reply is that of the cell that was done last, whatever their order', () => {
    expect(lastReply(executed([ran(late), ran(early), ran()]))).toEqual(new Date('2026-11-30T07:33:03Z'))
    expect(lastReply(executed([ran()]))).toBeUndefined()
  })
})
