const comment =
  /\n?\/\/# sourceMappingURL=data:application\/json(?:;charset=utf-8)?;base64,([A-Za-z0-9+/=]+)\s*$/

/** Separates code from the source map at its end. Undefined if there is none. */
export function takeInlineMap(code: string): { code: string; map: string } | undefined {
  const found = comment.exec(code)
  if (found?.[1] === undefined) return undefined
  return { code: `${code.slice(0, found.index)}\n`, map: Buffer.from(found[1], 'base64').toString() }
}

/** The last line of code whose source map is `map`. */
export function inlineMap(map: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
}
