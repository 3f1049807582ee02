import { prints, resultOf, resultText, trace, type Mend } from './mend.ts'
import { sleep, startTested } from './tested-kernel.ts'

/** What a cell does, and what it leaves. */
const awaits = (form: string, ...cells: [string, string]): Mend => ({
  group: 'Cells',
  row: `top-level ${form}`,
  probe: kernel => prints(kernel, cells[0], cells[1]),
})

export const cells: Mend[] = [
  awaits('`await (x)`', '1', 'const one = await (Promise.resolve(1))\nconsole.log(one)'),
  awaits('`await [x]`', '2', 'const [two] = await [2]\nconsole.log(two)'),
  awaits(
    '`for await`',
    '3',
    'let sum = 0\nfor await (const x of [Promise.resolve(3)]) sum += x\nconsole.log(sum)',
  ),
  {
    group: 'Cells',
    row: 'a function sees what a later cell assigns (`learningRate = 0.5`)',
    probe: kernel =>
      prints(
        kernel,
        '1',
        'let learningRate = 0.1\nfunction step() { return 2 * learningRate }',
        'learningRate = 0.5',
        'console.log(step())',
      ),
  },
  {
    group: 'Cells',
    row: 'and what a later cell declares (`let learningRate = 0.5`)',
    probe: kernel =>
      prints(
        kernel,
        '1',
        'let declaredRate = 0.1\nfunction declaredStep() { return 2 * declaredRate }',
        'let declaredRate = 0.5',
        'console.log(declaredStep())',
      ),
  },
  {
    group: 'Cells',
    row: 'a later cell sees what a function assigns',
    alsoPlain: 'tslab reads the variables of a cell through getters',
    probe: kernel =>
      prints(
        kernel,
        '2',
        'let calls = 0\nfunction call() { calls++ }',
        'call()\ncall()',
        'console.log(calls)',
      ),
  },
  {
    group: 'Cells',
    row: 'a cell that throws keeps what it had declared',
    async probe(kernel) {
      await kernel.run('const reached = 1\nif (reached) throw new Error("late")')
      await kernel.settled()
      return prints(kernel, '1', 'console.log(reached)')
    },
  },
  {
    group: 'Cells',
    row: 'a cell sent after an error is run',
    async probe(kernel) {
      await kernel.run('throw new Error("first")')
      return prints(kernel, 'later', 'console.log("later")')
    },
  },
  {
    group: 'Cells',
    row: 'also one that waited, if the client says so (`raises-exception`)',
    async probe(kernel) {
      const first = kernel.run('await new Promise(r => setTimeout(r, 50))\nthrow new Error("first")', {
        stop_on_error: false,
      })
      const next = kernel.run('console.log("next")')
      await first
      return (await next).stdout() === 'next'
    },
  },
  {
    group: 'Errors',
    row: 'the reply has ename, evalue and traceback',
    async probe(kernel) {
      const { reply, of } = await kernel.run('throw new RangeError("too far")')
      const published = of('error')[0]
      const fits = (content: Record<string, unknown> | undefined) =>
        content?.['ename'] === 'RangeError' &&
        content['evalue'] === 'too far' &&
        Array.isArray(content['traceback'])
      return fits(reply) && fits(published)
    },
  },
  {
    group: 'Errors',
    row: "the trace is in the cell's own lines, with a caret",
    async probe(kernel) {
      const text = trace(
        await kernel.run('\nfunction far(x: number) {\n  throw new RangeError(`no ${x}`)\n}\nfar(3)'),
      )
      return (
        /\b3:9\b/.test(text) &&
        /\b5:1\b/.test(text) &&
        /throw new RangeError\(`no \$\{x\}`\)\n\W*\^/.test(text)
      )
    },
  },
  {
    group: 'Errors',
    row: "and free of the kernel's own frames",
    async probe(kernel) {
      const text = trace(await kernel.run('throw new TypeError("mine")'))
      return text.includes('mine') && !/tslab|ext:|node:|tools\/kernel/.test(text)
    },
  },
  {
    group: 'Errors',
    row: 'a stray error of a timer is shown in the cell that started it',
    async probe(kernel) {
      const first = await kernel.run('void setTimeout(() => { throw new Error("stray") }, 50)')
      const second = await kernel.run('await new Promise(r => setTimeout(r, 200))')
      return trace(first).includes('stray') && !trace(second).includes('stray')
    },
  },
  {
    group: 'Errors',
    row: 'so is an unhandled rejection',
    async probe(kernel) {
      const first = await kernel.run(
        'void (async () => {\n  await new Promise(r => setTimeout(r, 50))\n  throw new Error("lost")\n})()',
      )
      const second = await kernel.run('await new Promise(r => setTimeout(r, 200))')
      return trace(first).includes('lost') && !trace(second).includes('lost')
    },
  },
  {
    group: 'Errors',
    row: '`process.exit` ends the kernel with a word in the cell',
    async probe({ subject, folder }) {
      const kernel = await startTested(subject, folder)
      const cell = await kernel.start('process.exit(3)')
      const gone = await kernel.gone(2000)
      const told = await kernel.client.until(() => trace(cell).includes('process.exit'), 300)
      await kernel.end(0)
      return gone && told
    },
  },
  {
    group: 'Showing things',
    row: 'the last expression is an `execute_result`',
    probe: async kernel => resultText(await kernel.run('1 + 2 + 3')) === '6',
  },
  {
    group: 'Showing things',
    row: 'which may show itself (`Symbol.for("Jupyter.display")`)',
    async probe(kernel) {
      const shown =
        "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'six', 'text/html': '<b>6</b>' }) })"
      return resultOf(await kernel.run(shown))['text/html'] === '<b>6</b>'
    },
  },
  {
    group: 'Showing things',
    row: 'so may a value given to `display`',
    async probe(kernel) {
      const value = "{ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>7</b>' }) }"
      const deno = kernel.subject.name === 'Deno'
      const cell = await kernel.run(deno ? `await Deno.jupyter.display(${value})` : `display(${value})`)
      const data = cell.of('display_data')[0]?.['data'] as Record<string, unknown> | undefined
      return data?.['text/html'] === '<b>7</b>'
    },
  },
  {
    group: 'Showing things',
    row: 'an array of row objects is a table',
    probe: async kernel =>
      String(
        resultOf(await kernel.run('[{ step: 1, loss: 0.5 }, { step: 2, loss: 0.25 }]'))['text/html'],
      ).includes('<table'),
  },
  {
    group: 'Showing things',
    row: 'a progress bar is at hand, one display that changes in place',
    async probe(kernel) {
      const cell = await kernel.run(
        'const bar = progress(3, "steps")\nfor (let i = 0; i < 3; i++) {\n  await new Promise(r => setTimeout(r, 150))\n  bar.tick()\n}',
      )
      const id = (message: Record<string, unknown> | undefined) =>
        (message?.['transient'] as Record<string, unknown> | undefined)?.['display_id']
      const [shown, changed] = [cell.of('display_data'), cell.of('update_display_data')]
      return shown.length === 1 && changed.length > 0 && changed.every(one => id(one) === id(shown[0]))
    },
  },
  {
    group: 'Showing things',
    row: 'what a cell starts and prints after its end stands in that cell',
    async probe(kernel) {
      const first = await kernel.run('void setTimeout(() => console.log("afterwards"), 50)')
      const second = await kernel.run('await new Promise(r => setTimeout(r, 200))')
      await sleep(50)
      return first.stdout() === 'afterwards' && second.stdout() === ''
    },
  },
]
