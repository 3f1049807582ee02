import remapping from '@jridgewell/remapping'
import { createRequire } from 'node:module'
import { register } from 'tsx/cjs/api'
import { inlineMap, takeInlineMap } from './inline-map.ts'
import { withInterruptPoints } from './interrupt-points.ts'

/** Lets `require` load TypeScript sources of the workspace, and lets an interrupt end what they wait for. */
export function importSources(): void {
  register()
  const require = createRequire(import.meta.url)
  const { prototype } = require('node:module') as { prototype: { _compile: Compile } }
  const compile = prototype._compile
  prototype._compile = function (code, path, ...rest) {
    const isInstalled = /[\\/]node_modules[\\/]/.test(path)
    return compile.call(
      this,
      isInstalled || !code.includes('await') ? code : interruptible(code),
      path,
      ...rest,
    )
  }
}

type Compile = (this: object, code: string, path: string, ...rest: unknown[]) => unknown

/** With the source map led through the change: tsx writes a whole file in one line. */
function interruptible(script: string): string {
  const { code, map } = takeInlineMap(script) ?? { code: script, map: undefined }
  const edited = withInterruptPoints(code)
  if (map === undefined) return edited.toString()
  const maps = [edited.generateMap({ hires: 'boundary' }).toString(), map]
  return `${edited.toString()}${inlineMap(remapping(maps, () => null).toString())}`
}
