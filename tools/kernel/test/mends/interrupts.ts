import { prints, type Mend } from './mend.ts'
import { type Cell, sleep, startTested, type TestedKernel } from './tested-kernel.ts'

const group = 'Interrupts'

/** True when the cell ends within a second of the interrupt, and the kernel then still knows its variables. */
async function stops(kernel: TestedKernel, code: string): Promise<boolean> {
  if (!(await prints(kernel, '', 'const kept = 42'))) return false
  const cell = await kernel.start(`console.log('on')\n${code}`)
  await begun(cell)
  await kernel.interrupt()
  const ended = await Promise.race([cell.end(), sleep(patience)])
  if (ended !== true || cell.reply['status'] === 'ok') return false
  return (await kernel.settled()) && prints(kernel, '42', 'console.log(kept)')
}

/** Until the cell has said so, and a little longer: on a machine at work, compiling it can take more than any fixed time. */
async function begun(cell: Cell): Promise<void> {
  for (let waited = 0; waited < 5000 && !cell.stdout().includes('on'); waited += 20) await sleep(20)
  await sleep(200)
}

/** A second, and some for a machine at work. */
const patience = 1500

export const interrupts: Mend[] = [
  {
    group,
    row: 'a synchronous loop',
    alsoPlain: 'tslab lets Node break its script on SIGINT',
    spoils: true,
    probe: kernel => stops(kernel, 'let turns = 0\nfor (;;) turns++'),
  },
  {
    group,
    row: 'a loop after an `await`',
    spoils: true,
    probe: kernel =>
      stops(kernel, 'await new Promise(r => setTimeout(r, 1))\nlet after = 0\nfor (;;) after++'),
  },
  {
    group,
    row: 'a loop in a timer',
    spoils: true,
    probe: kernel =>
      stops(kernel, 'let timed = 0\nawait new Promise(() => setTimeout(() => { for (;;) timed++ }, 1))'),
  },
  {
    group,
    row: 'an asynchronous loop',
    alsoPlain: 'tslab gives the promise up',
    spoils: true,
    probe: kernel => stops(kernel, 'for (;;) await new Promise(r => setTimeout(r, 10))'),
  },
  {
    group,
    row: 'an asynchronous loop without timers',
    spoils: true,
    probe: kernel => stops(kernel, 'for (;;) await null'),
  },
  {
    group,
    row: 'what is dead prints nothing more',
    spoils: true,
    async probe(kernel) {
      const cell = await kernel.start(
        'for (;;) {\n  await new Promise(r => setTimeout(r, 20))\n  console.log("tick")\n}',
      )
      await sleep(200)
      await kernel.interrupt()
      await Promise.race([cell.end(), sleep(patience)])
      if (!(await kernel.settled())) return false
      const said = cell.stdout()
      const next = await kernel.run('await new Promise(r => setTimeout(r, 300))')
      return said.includes('tick') && cell.stdout() === said && next.stdout() === ''
    },
  },
  {
    group,
    row: 'the heart beats during a loop',
    async probe(kernel) {
      const cell = await kernel.start('const end = Date.now() + 1000\nwhile (Date.now() < end);')
      await sleep(300)
      const beats = await kernel.client.beats(500)
      await cell.end()
      return beats
    },
  },
  {
    group,
    row: 'what a loop prints comes while it runs',
    alsoPlain: 'ZeroMQ sends from a thread of its own',
    async probe(kernel) {
      const cell = await kernel.start(
        'console.log("begun")\nconst until = Date.now() + 1000\nwhile (Date.now() < until);',
      )
      const came = await kernel.client.until(() => cell.stdout() === 'begun', 600)
      await cell.end()
      return came
    },
  },
  {
    group,
    row: 'shutdown in less than 0.5 s, with live timers',
    async probe({ subject, folder }) {
      const kernel = await startTested(subject, folder)
      await kernel.run('void setInterval(() => undefined, 1000)')
      return kernel.end(500)
    },
  },
  {
    group,
    row: 'shutdown in the middle of a loop',
    async probe({ subject, folder }) {
      const kernel = await startTested(subject, folder)
      void kernel.start('for (;;);')
      await sleep(300)
      return kernel.end(1500)
    },
  },
]
