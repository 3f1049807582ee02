export type StreamName = 'stdout' | 'stderr'

/** From now on, what this process writes to its standard streams goes to `write` instead. */
export function redirectStreams(write: (name: StreamName, text: string) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      write(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const done = rest.find(argument => typeof argument === 'function')
      if (done) process.nextTick(done)
      return true
    }
  }
}
