import { readFileSync } from 'node:fs'

/** What Jupyter writes into the connection file. */
export interface ConnectionInfo {
  transport: string
  ip: string
  key: string
  shell_port: number
  iopub_port: number
  control_port: number
  stdin_port: number
  hb_port: number
}

const texts = ['transport', 'ip', 'key'] as const
const ports = ['shell_port', 'iopub_port', 'control_port', 'stdin_port', 'hb_port'] as const
const scheme = 'hmac-sha256'

/** Reads a Jupyter connection file. Throws when the file is missing, no JSON, or wrong in a field. */
export function readConnectionFile(path: string): ConnectionInfo {
  const info = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<string, unknown>>
  const wrong = [
    ...texts.filter(field => typeof info[field] !== 'string').map(field => `${field} is no text`),
    ...ports.filter(field => !Number.isInteger(info[field])).map(field => `${field} is no whole number`),
  ]
  if ((info['signature_scheme'] ?? scheme) !== scheme) wrong.push(`signature_scheme is not ${scheme}`)
  if (wrong.length > 0) throw new Error(`The connection file ${path} is wrong: ${wrong.join(', ')}.`)
  return info as unknown as ConnectionInfo
}
