import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program to its end. Ctrl-C, SIGTERM or a closed terminal reach it as one SIGTERM, and this process waits:
 * the program decides what to save before it ends.
 *
 * @param input written to its stdin, which is empty otherwise
 * @param started called once it runs
 * @returns its exit code; 128 plus the signal's number when a signal ended it, as shells have it
 */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; input?: string; started?: (child: ChildProcess) => void },
): Promise<number> {
  const { input, started, ...rest } = options
  // Its own process group, or a terminal's Ctrl-C would reach it a second time, as SIGINT, which Jupyter and nbclient
  // take for a wish to end without cleaning up.
  const child = spawn(command, args, { ...rest, detached: true, stdio: ['pipe', 'inherit', 'inherit'] })
  let received: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals) => {
    received ??= signal
    if (!child.killed) child.kill('SIGTERM')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, stop)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        // What ended it was our SIGTERM, so that what ended us counts.
        const ending = signal === 'SIGTERM' ? (received ?? signal) : signal
        resolve(code ?? 128 + (ending ? constants.signals[ending] : 0))
      })
      // A child that ends before it has read everything says why itself.
      child.stdin.on('error', () => undefined).end(input)
      started?.(child)
    })
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
