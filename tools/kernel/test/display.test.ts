import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startKernel, type Answer, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'

const folder = notebookFolder()
let kernel: KernelClient

beforeAll(async () => {
  folder.writeSource(
    'charts',
    'src/index.ts',
    `export * from '${join(import.meta.dirname, '../../../libs/charts/src/index.ts')}'`,
  )
  folder.writeSource('work', 'src/train.mjs', trainer)
  kernel = await startKernel(folder.path)
})
afterAll(async () => {
  await kernel.close()
  folder.remove()
})

/** Stands for a worker that trains. */
const trainer = `
for (let step = 0; step < 80; step++) {
  await new Promise(resolve => setTimeout(resolve, 20))
  process.send({ step, loss: 1 / (step + 1) })
}
process.disconnect()
`

const pause = 'const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));'

/** The contents of what is shown under each id, in the order it came. */
function shown(answer: Answer): Record<string, unknown>[][] {
  const places = new Map<unknown, Record<string, unknown>[]>()
  for (const { type, content } of answer.outputs) {
    if (type !== 'display_data' && type !== 'update_display_data') continue
    const { data, transient } = content as {
      data: Record<string, unknown>
      transient: { display_id?: string }
    }
    const place = places.get(transient.display_id)
    // What is updated was there before, and what is there is updated.
    expect(type).toBe(place ? 'update_display_data' : 'display_data')
    if (place) place.push(data)
    else places.set(transient.display_id, [data])
  }
  return [...places.values()]
}

async function run(...lines: string[]): Promise<Answer> {
  const answer = await kernel.execute(lines.join('\n'))
  expect(answer.reply).toMatchObject({ status: 'ok' })
  return answer
}

const text = (data: Record<string, unknown> | undefined) => data?.['text/plain']

test('a display with an id is updated in place, and ends with the last value', async () => {
  const answer = await run(
    "for (let step = 0; step < 10_000; step++) display(`step ${step}`, { id: 'step' })",
  )
  const [place = [], ...others] = shown(answer)
  expect(others).toEqual([])
  expect(text(place[0])).toBe("'step 0'")
  expect(text(place.at(-1))).toBe("'step 9999'")
  expect(place.length).toBeLessThan(1000)
})

test('the same id in another cell is another output', async () => {
  const first = await run("display(1, { id: 'same' })")
  const second = await run("display(2, { id: 'same' })")
  expect([first, second].map(answer => shown(answer).map(place => place.map(text)))).toEqual([
    [['1']],
    [['2']],
  ])
})

test('the views of kinds: of a result and of a display', async () => {
  const answer = await run('display([{ a: 1 }, { a: 2 }]);', '[{ b: 3 }]')
  expect(text(shown(answer)[0]?.[0])).toBe('   a\n0  1\n1  2\n2 rows')
  expect(answer.of('execute_result')).toMatchObject([
    { data: { 'text/html': expect.stringContaining('<table') as string } },
  ])
})

test('what cannot be sent is one error of the cell', async () => {
  const answer = await kernel.execute(
    "display({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { n: 1n } }) })\n7",
  )
  expect(answer.reply).toMatchObject({ status: 'error', ename: 'TypeError' })
  expect(answer.of('error')).toHaveLength(1)
  expect(answer.reply['evalue']).toContain('neither text, bytes nor JSON')
  expect(await run('7')).toMatchObject({ reply: { status: 'ok' } })
})

describe('live', () => {
  test('a progress bar, in a loop that never yields', async () => {
    const answer = await run(
      "const bar = progress(3e5, 'counting')",
      'for (let n = 0; n < 3e5; n++) bar.tick()',
    )
    const [place = []] = shown(answer)
    expect(text(place[0])).toContain('counting ░')
    expect(text(place.at(-1))).toMatch(/^counting █{20} 300,000\/300,000 · 100 % · .*done in /)
  })

  test('two charts and a bar at once, fed by a worker process', async () => {
    await run("import { liveChart } from 'fixture-charts'", "import { fork } from 'node:child_process'")
    // The first drawing takes long.
    await run(
      "liveChart({ title: '', x: { field: 'x', title: '' }, y: { field: 'x', title: '' } }).add({ x: 1 })",
    )
    const answer = await run(
      "const loss = liveChart({ title: 'Loss', x: { field: 'step', title: 'step' }, y: { field: 'loss', title: 'loss' } })",
      "const half = liveChart({ title: 'Half', x: { field: 'step', title: 'step' }, y: { field: 'half', title: 'half' } })",
      "const trained = progress(80, 'training')",
      `const worker = fork('${join(folder.path, '../libs/work/src/train.mjs')}', { execArgv: [] })`,
      "worker.on('message', ({ step, loss: value }: any) => {",
      '  loss.add({ step, loss: value }); half.add({ step, half: value / 2 }); trained.tick()',
      '})',
      "await new Promise(resolve => worker.on('exit', resolve))",
    )
    const [bar = [], ...charts] = shown(answer)
    expect(text(bar.at(-1))).toContain('80/80 · 100 %')
    expect(charts).toHaveLength(2)
    for (const states of charts) {
      // Pictures while it runs; in the end what an export needs.
      const last = states.pop()
      expect(Object.keys(last ?? {}).sort()).toEqual([
        'application/vnd.vegalite.v5+json',
        'image/svg+xml',
        'text/plain',
      ])
      expect(JSON.stringify(last?.['application/vnd.vegalite.v5+json'])).toContain('"x":79')
      expect(states.length).toBeGreaterThan(1)
      for (const state of states) expect(Object.keys(state).sort()).toEqual(['image/svg+xml', 'text/plain'])
    }
  })

  test('after an interrupt, the last state stays', async () => {
    const cell = kernel.execute(
      `${pause} const stopped = progress(1e6, 'endless')\nfor (let n = 1; n <= 1e6; n++) { stopped.tick(); if (n === 50) console.log('fifty'); await pause(1) }`,
    )
    await kernel.heard('fifty')
    await kernel.request('interrupt_request', {}, 'control')
    const answer = await cell
    expect(answer.reply).toMatchObject({ status: 'error' })
    const count = async () =>
      text((await run('display(stopped)')).of('display_data')[0]?.['data'] as Record<string, unknown>)
    const state = text(shown(answer)[0]?.at(-1))
    expect(String(state).split(' · ')[0]).toBe(String(await count()).split(' · ')[0])
    const before = answer.outputs.length
    await run('await pause(300)')
    expect(answer.outputs).toHaveLength(before)
  })
})
