/** The languages of pages, as `--lang` names them. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

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
  readonly cores: string
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
  cores: 'cores',
  run: 'Run',
  made: 'Page made',
  commit: 'commit',
}

const CHINESE: Words = {
  lang: 'zh-CN',
  skip: '跳到正文',
  contents: '目录',
  showCode: '展开全部代码',
  hideCode: '折叠全部代码',
  code: '代码',
  line: '行',
  lines: '行',
  indexTitle: 'flatland：全部笔记本',
  failed: '这个笔记本没有运行到底，因此没有它的页面。',
  facts: '本页是怎样生成的',
  profile: '规模档',
  seed: '随机种子',
  parameters: '参数',
  backend: '后端',
  threads: '线程数',
  machine: '机器',
  cores: '核心数',
  run: '运行',
  made: '本页生成',
  commit: '提交',
}

export const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, zh: CHINESE }

/** What a page's name ends with. */
export function pageEnding(language: Language): string {
  return language === 'en' ? '.html' : `.${language}.html`
}
