import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeKernelSpec } from '@flatland/kernel'
import type { Command } from 'commander'
import { z } from 'zod'
import { jupyterDataDirectory } from './jupyter-data-directory.ts'
import { ROOT } from './repository.ts'

interface Where {
  prefix?: string
}

export function addKernel(program: Command): void {
  const kernel = program
    .command('kernel')
    .description('register the TypeScript kernel for notebooks anywhere on this machine, or take it back')
    .helpCommand(false)
  kernel
    .command('install')
    .description("register it as 'flatland' with Jupyter, beside tslab and whatever else is there")
    .option('--prefix <folder>', prefixHelp)
    .addHelpText(
      'after',
      `
What is written names this clone and its Node: after moving the clone, install again.

Examples:
  $ npx flatland kernel install
  $ npx flatland kernel install --prefix ~/my-venv`,
    )
    .action(install)
  kernel
    .command('uninstall')
    .description('remove what install has written, and nothing else')
    .option('--prefix <folder>', prefixHelp)
    .addHelpText(
      'after',
      `
Example:
  $ npx flatland kernel uninstall`,
    )
    .action(uninstall)
}

const prefixHelp =
  'for the Jupyter of this environment, in <folder>/share/jupyter (default: for the user, in the Jupyter data folder)'

function install({ prefix }: Where): void {
  const folder = kernelFolder(prefix)
  if (existsSync(folder) && readdirSync(folder).length > 0) refuseForeign(folder)
  attempt(`write ${folder}`, () => {
    writeKernelSpec(folder, { node: process.execPath })
  })
  console.log(`✓ The kernel flatland is registered in ${folder}
  It runs ${ROOT} on Node ${process.versions.node}: after moving the clone, install again.
  To remove it: npx flatland kernel uninstall${prefix === undefined ? '' : ` --prefix '${resolve(prefix)}'`}`)
}

function uninstall({ prefix }: Where): void {
  const folder = kernelFolder(prefix)
  if (!existsSync(folder))
    throw new Error(`no kernel flatland is registered in ${folder}: nothing to remove.`)
  refuseForeign(folder)
  attempt(`remove ${folder}`, () => {
    rmSync(folder, { recursive: true })
  })
  console.log(`✓ The kernel flatland is no longer registered: ${folder} is removed`)
}

function kernelFolder(prefix: string | undefined): string {
  const share = prefix === undefined ? jupyterDataDirectory() : join(prefix, 'share', 'jupyter')
  return resolve(share, 'kernels', 'flatland')
}

/** Throws unless the folder's `kernel.json` starts a kernel of this project, of whichever clone. */
function refuseForeign(folder: string): void {
  const main = /[\\/]tools[\\/]kernel[\\/]src[\\/]main\.ts$/
  if (startedBy(join(folder, 'kernel.json')).some(argument => main.test(argument))) return
  throw new Error(
    `${folder} is not a kernel that flatland has written: look at it, and move it away yourself.`,
  )
}

/** The command line of a kernel; nothing if the file is missing or no `kernel.json`. */
function startedBy(file: string): string[] {
  try {
    return z.object({ argv: z.array(z.string()) }).parse(JSON.parse(readFileSync(file, 'utf8'))).argv
  } catch {
    return []
  }
}

function attempt(what: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot ${what} (${reason}): choose a folder of your own with --prefix.`, {
      cause: error,
    })
  }
}
