/** How large a run is: `smoke` in a minute, `lecture` in ten, `paper` the paper's own sizes. */
export const PROFILES = ['smoke', 'lecture', 'paper'] as const
export type Profile = (typeof PROFILES)[number]
