export type StreamName = 'stdout' | 'stderr'

/** From now on, what this process writes to its standard streams goes to `write` instead. */
export function redirectStreams(write: (name: StreamName, text: string) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    // A character may come in two pieces.
    const decoder = new TextDecoder()
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      write(name, typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
      const done = rest.find(argument => typeof argument === 'function')
      if (done) process.nextTick(done)
      return true
    }
  }
}
