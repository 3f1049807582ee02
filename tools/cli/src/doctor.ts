import type { Command } from 'commander'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'say what is installed, which backend the notebooks take and why, and what to do about the rest',
    )
    .option('--json', 'the same as JSON')
    .addHelpText(
      'after',
      `
✓ is fine, ! works but could be better, ✗ must be mended; with an ✗ the exit code is 1.

Example:
  $ npx flatland doctor`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      // TensorFlow takes a second to load: only here.
      const { examine, report } = await import('./examine.ts')
      const checks = await examine()
      console.log(json === true ? JSON.stringify(checks, null, 2) : report(checks))
      if (checks.some(check => check.state === 'missing')) process.exitCode = 1
    })
}
