import { displayMethod } from '../src/display.ts'
import { createDisplays } from '../src/displays.ts'
import type { Content } from '../src/wire.ts'

interface Published {
  type: string
  text: unknown
  id: unknown
}

/** What a cell shows, and what of it was published. */
export function cell() {
  const published: Published[] = []
  const displays = createDisplays((type, content) => published.push(read(type, content)))
  return { ...displays, published, texts: () => published.map(({ text }) => text) }
}

function read(type: string, content: Content): Published {
  const { data, transient } = content as { data: Content; transient: Content }
  return { type, text: data['text/plain'], id: transient['display_id'] }
}

/** A value whose bundle comes when it is told to. */
export function slow(text: string) {
  let come: (() => void) | undefined
  const bundle = new Promise(resolve => {
    come = () => {
      resolve({ 'text/plain': text })
    }
  })
  return { value: { [displayMethod]: () => bundle }, come: () => come?.() }
}

/** A value that is shown as `plain`. */
export const text = (plain: string) => ({ [displayMethod]: () => ({ 'text/plain': plain }) })

/** A value that cannot be shown. */
export function failing(message: string) {
  return {
    [displayMethod]: () => {
      throw new Error(message)
    },
  }
}

export const wait = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))
