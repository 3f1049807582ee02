/** A labelled point that is seen on every colour and on every page: white with a dark edge. */
const light = '#ffffff'
const dark = '#222222'

export const markDot = {
  type: 'point' as const,
  aria: false,
  size: 70,
  color: light,
  stroke: dark,
  strokeWidth: 1.5,
}

const label = { type: 'text' as const, dy: -14, fontWeight: 'bold' as const }

/** The edge of a label; lies behind it. */
export const markHalo = {
  ...label,
  aria: false,
  stroke: dark,
  strokeWidth: 3,
  strokeJoin: 'round' as const,
}

export const markText = { ...label, color: light }
