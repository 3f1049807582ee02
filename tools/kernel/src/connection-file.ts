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

/** Reads a Jupyter connection file. Throws when the file is missing, no JSON, or lacks a field. */
export function readConnectionFile(path: string): ConnectionInfo {
  const info = JSON.parse(readFileSync(path, 'utf8')) as Partial<ConnectionInfo>
  const fields = [
    'transport',
    'ip',
    'key',
    'shell_port',
    'iopub_port',
    'control_port',
    'stdin_port',
    'hb_port',
  ] as const
  const missing = fields.filter(field => info[field] === undefined)
  if (missing.length > 0) throw new Error(`The connection file ${path} lacks ${missing.join(', ')}.`)
  return info as ConnectionInfo
}
