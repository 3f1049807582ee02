import { open, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { readChecked } from './checked-file.ts'
import type { Hash } from './checked-file.ts'
import { claimPart, releasePart } from './part-file.ts'
import { byHundredths } from './progress.ts'
import type { OnProgress } from './progress.ts'

/** A file to fetch. */
export interface Download {
  /** Where it goes; what is already there, put by hand or left by a cut download, is used. */
  readonly file: string
  /** In bytes. */
  readonly size: number
  readonly hash: Hash
  /** Asks for the address; called only if bytes are missing. */
  readonly locate: () => Promise<string>
  readonly onProgress?: OnProgress | undefined
}

/**
 * Fetches a file, checks it, and gives its bytes to `unpack`; afterwards the file is gone. Whatever interrupts this, the bytes
 * that have arrived are kept, and the next call goes on from there.
 *
 * @throws Error if the server cannot be reached or says no, if the download is cut, or if the hash is wrong.
 */
export async function download(
  wanted: Download,
  unpack: (bytes: Buffer, path: string) => Promise<void>,
): Promise<void> {
  const part = await claimPart(wanted.file)
  try {
    await fill(part, wanted)
    const remedy = 'Run again to fetch it afresh.'
    await unpack(await readChecked(part, { expected: wanted.hash, remedy, knownAs: wanted.file }), part)
    await rm(part)
  } catch (error) {
    await releasePart(part, wanted.file)
    throw error
  }
}

/** Goes on for as long as each try brings new bytes: a line that drops now and then is no reason to give up. */
async function fill(part: string, { file, size, locate, onProgress }: Download): Promise<void> {
  let have = await sizeOf(part)
  if (have >= size) return // too long is as wrong as other bytes are: the hash will tell
  const report = byHundredths(onProgress ?? (() => undefined), size, `${basename(file)}: downloading (bytes)`)
  report(have)
  const url = await locate()
  while (have < size) {
    const before = have
    const cause = await receive(url, part, before, report).catch(reasonOf)
    have = await sizeOf(part)
    if (have <= before) throw new Error(stopped(file, have, size, cause))
  }
}

/** One request for everything from byte `have` on, written to the end of `part` as it arrives. */
async function receive(
  url: string,
  part: string,
  have: number,
  report: (done: number) => void,
): Promise<string> {
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) }
  const response = await fetch(url, { headers })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    return `the server answers ${response.status} ${response.statusText}`.trim()
  }
  // A server that knows no ranges sends the whole file again, with status 200.
  const resumed = response.status === 206
  if (resumed && !response.headers.get('content-range')?.startsWith(`bytes ${have}-`)) {
    await response.body.cancel()
    return `the server sent another range than the one asked for`
  }
  const output = await open(part, resumed ? 'a' : 'w')
  try {
    let done = resumed ? have : 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      await output.writeFile(chunk)
      report((done += chunk.length))
    }
  } finally {
    await output.close()
  }
  return 'the connection was closed early'
}

function stopped(file: string, have: number, size: number, cause: string): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
  const kept =
    have === 0 ? '' : ` (${megabytes(have)} of ${megabytes(size)} MB are kept: run again to go on from there)`
  return `The download of ${basename(file)} stopped${kept}: ${cause}.`
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

/** fetch says only "fetch failed"; what happened stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}, ${error.cause.message}` : error.message
}
