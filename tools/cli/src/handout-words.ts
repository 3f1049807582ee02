/** All that the pages say themselves. A further language is a further value of this type. */
export interface Words {
  /** BCP 47, for the page's `lang`. */
  readonly lang: string
  readonly skip: string
  readonly contents: string
  readonly showCode: string
  readonly hideCode: string
  readonly code: string
  readonly line: string
  readonly lines: string
  readonly indexTitle: string
  readonly failed: string
  readonly facts: string
  readonly profile: string
  readonly seed: string
  readonly parameters: string
  readonly backend: string
  readonly threads: string
  readonly machine: string
  readonly run: string
  readonly made: string
  readonly commit: string
}

export const ENGLISH: Words = {
  lang: 'en',
  skip: 'To the text',
  contents: 'Contents',
  showCode: 'Show all code',
  hideCode: 'Hide all code',
  code: 'Code',
  line: 'line',
  lines: 'lines',
  indexTitle: 'flatland: the notebooks',
  failed: 'This notebook did not run to its end: there is no page of it.',
  facts: 'How this page was made',
  profile: 'Profile',
  seed: 'Seed',
  parameters: 'Parameters',
  backend: 'Backend',
  threads: 'threads',
  machine: 'Machine',
  run: 'Run',
  made: 'Page made',
  commit: 'commit',
}
