import type { Answer } from './kernel-client.ts'

/** The text of a cell's result; the whole reply, to be seen in a failing test, if there is none. */
export function resultText(answer: Answer): unknown {
  const data = answer.of('execute_result')[0]?.['data'] as Record<string, unknown> | undefined
  return data?.['text/plain'] ?? answer.reply
}
