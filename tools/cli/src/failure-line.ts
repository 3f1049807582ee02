import { accessSync, constants } from 'node:fs'
import { ROOT } from './repository.ts'

/**
 * An error as one line. What the file system and a missing part of the installation say in codes is said in words, with
 * what to do about it.
 */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message } = error
  const { code, path, syscall } = error as NodeJS.ErrnoException
  if (syscall?.startsWith('spawn') === true) {
    return `${path ?? 'A program'} cannot be started (${code ?? message}): run \`npm run setup\` in ${ROOT}.`
  }
  const where = path ?? 'The file'
  switch (code === 'ENOENT' && syscall === 'mkdir' ? whyNotMade() : code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': {
      const why = code === 'EACCES' || code === 'EPERM' ? 'this user may not' : 'the file system is read-only'
      if (path?.startsWith(ROOT) !== true) return `${where} cannot be written: ${why}. Name another place.`
      return (
        `${path} cannot be written: ${why}. Settings and results are kept inside the clone: ` +
        `make one of your own, e.g. \`cp -r '${ROOT}' ~/flatland\`, and run \`npm start\` there.`
      )
    }
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full (${message}): make room, and run the same command again.`
    case 'ERR_MODULE_NOT_FOUND':
      return `A part of the installation is missing: run \`npm run setup\` in ${ROOT}. (${message})`
    default:
      return message.includes('uv_os_homedir')
        ? 'This user has no home folder, where downloads are kept: name another one, FLATLAND_CACHE=/a/folder.'
        : message
  }
}

/** Node makes a folder and those above it; where the file system is read-only, it speaks of `ENOENT`. */
function whyNotMade(): string | undefined {
  try {
    accessSync(ROOT, constants.W_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}
