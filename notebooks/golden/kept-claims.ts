import type { ExecutedClaims } from './executed-claims.ts'

/** What is kept of a run, as `NN.PROFILE.json`. Of a `smoke` run only statements are: it is too small for more. */
export interface KeptClaims {
  readonly notebook: string
  readonly profile: string
  readonly ran?: string
  readonly claims: readonly {
    readonly statement: string
    readonly measured?: string
    readonly verdict?: string
  }[]
}

export function claimsToKeep(run: ExecutedClaims): KeptClaims {
  if (run.profile !== 'smoke') return run
  const { notebook, profile, claims } = run
  return { notebook, profile, claims: claims.map(({ statement }) => ({ statement })) }
}

/**
 * Compares a run with the kept run of the same notebook and profile. It must make the same claims in the same order;
 * numbers in a statement may differ, for some are sizes of the run. Where verdicts are kept, they must be the same too.
 *
 * @returns a text for each difference; empty where there is none
 */
export function differences(run: ExecutedClaims, kept: KeptClaims): string[] {
  const other = differentList(run.claims, kept.claims)
  if (other !== undefined) return [other]
  return run.claims.flatMap(({ statement, measured, verdict }, i) => {
    const before = kept.claims[i]
    if (before?.verdict === undefined || before.verdict === verdict) return []
    return [
      `${statement}\n    now ${verdict}: ${measured}\n    kept ${before.verdict}: ${before.measured ?? ''}`,
    ]
  })
}

/** What is claimed, without its numbers; those in names, as of CIFAR-10 or F1, stay. */
export function withoutNumbers(statement: string): string {
  return statement.replaceAll(/(?<![\w-])[-−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?/g, '#')
}

type Claims = KeptClaims['claims']

/** The first claim in which two lists differ. */
function differentList(run: Claims, kept: Claims): string | undefined {
  for (let i = 0; i < Math.max(run.length, kept.length); i++) {
    const [now, before] = [run[i]?.statement, kept[i]?.statement]
    if (now === undefined || before === undefined || withoutNumbers(now) !== withoutNumbers(before))
      return `claim ${i + 1} is\n    now ${now ?? 'missing'}\n    kept ${before ?? 'missing'}`
  }
  return undefined
}
