import { sep } from 'node:path'

/** How Node calls a cell in traces. With a scheme before it, it is not taken for a file. */
export function cellUrl(number: number): string {
  return `notebook:cell[${number}]`
}

/** The lines of a trace as a reader of the notebook knows the places, without the kernel's own frames. */
export function readableTrace(trace: string): string[] {
  return trace
    .split('\n')
    .filter(line => !isInternal(line))
    .map(line => line.replace(topLevelFrame, 'at $1').replace(cellPlace, 'cell[$1]:$2:$3'))
}

/** In [number], line and column of the first place in a cell that readable lines name. */
export function placeInCell(lines: readonly string[]): [number, number, number] | undefined {
  const found = lines.map(line => readablePlace.exec(line)).find(match => match !== null)
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined
}

const [beforeNumber, afterNumber] = cellUrl(0).split('0') as [string, string]
const escaped = (text: string) => text.replace(/[[\]]/g, '\\$&')
const cellPlace = new RegExp(`${escaped(beforeNumber)}(\\d+)${escaped(afterNumber)}:(\\d+):(\\d+)`)
const topLevelFrame = new RegExp(`at (?:async )?eval \\((${cellPlace.source})\\)`)
const readablePlace = /^\s+at .*\bcell\[(\d+)\]:(\d+):(\d+)/

function isInternal(line: string): boolean {
  if (!/^\s+at /.test(line)) return false
  return (
    ownFolders.some(folder => line.includes(folder)) || line.includes('(node:') || line.includes('at node:')
  )
}

/** As a path and as the URL that Node prints, which differ where the path has a space, and on Windows. */
const ownFolders = [`${import.meta.dirname}${sep}`, new URL('.', import.meta.url).href]
