import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

/** Who may import whom: the tags stand in each package.json, `nx.tags`. */
const libs = {
  // For tests alone.
  'doc-examples': [],
  tensor: [],
  compile: ['tensor', 'networks'],
  charts: [],
  hessian: ['doc-examples', 'tensor', 'compile'],
  optimizers: ['doc-examples', 'tensor', 'compile', 'hessian'],
  sharpness: ['doc-examples', 'tensor', 'compile', 'hessian'],
  datasets: ['tensor'],
  networks: ['tensor'],
  'batch-study': [
    'doc-examples',
    'tensor',
    'compile',
    'hessian',
    'optimizers',
    'sharpness',
    'datasets',
    'networks',
  ],
}
const everything = [...Object.keys(libs), 'tools']
const layers = { ...libs, tools: everything, notebooks: everything }

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/out', '**/.nx', '.venv'] },
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          depConstraints: Object.entries(layers).map(([layer, below]) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: below.map(name => `layer:${name}`),
          })),
        },
      ],
      // Numbers in messages are the normal case here.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `while (true)` with a break is the clearest form of some loops.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
)
