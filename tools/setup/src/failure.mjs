// @ts-check
import { statfsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, sep } from 'node:path'
import process from 'node:process'
import { cacheDirectory } from './cache-directory.mjs'
import { codeOf } from './lock.mjs'

const AGAIN = 'run the same command again'

/** A program that set-up started and that failed; `printed` is what it printed last. */
export class StepFailure extends Error {
  /**
   * @param {string} message
   * @param {string} printed
   */
  constructor(message, printed = '') {
    super(message)
    this.printed = printed
  }
}

/**
 * One line on what went wrong and what to do about it; of an unusual cause, the line of the program that names the error.
 *
 * @param {unknown} error
 * @param {string} root the folder of the clone
 * @returns {string} without the name and password of a proxy or a registry
 */
export function failureLine(error, root) {
  const known = usualFailure(error, root)
  if (known !== undefined) return known
  if (!(error instanceof StepFailure) || error.printed === '') {
    return withoutPasswords(error instanceof Error ? error.message : String(error))
  }
  return withoutPasswords(`${tellingLine(error.printed).replace(/\.$/, '')}. Mend that and ${AGAIN}.`)
}

/**
 * The usual causes, recognised in an error of the file system and in what npm, pip or a compiler printed.
 *
 * @param {unknown} error
 * @param {string} root
 * @returns {string | undefined} a line like that of `failureLine`
 */
export function usualFailure(error, root) {
  if (!(error instanceof Error)) return undefined
  const text = error instanceof StepFailure ? error.printed : `${codeOf(error) ?? ''} ${error.message}`
  const known =
    noHome(text) ??
    diskFull(text, root) ??
    network(text) ??
    notWritable(error, text, root) ??
    almostFull(error, root)
  return known === undefined ? undefined : withoutPasswords(known)
}

/**
 * @param {string} text
 * @returns {string} the same with `***` for the name and password in an address, and for the proxy's password anywhere
 */
export function withoutPasswords(text) {
  const secrets = Object.values(proxies()).flatMap(address => {
    const [, login = ''] = /^(?:\w+:\/\/)?(.*)@/.exec(address) ?? []
    const password = login.slice(login.indexOf(':') + 1)
    return [login, decoded(login), password, decoded(password)].filter(secret => secret.length > 2)
  })
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replaceAll(/(:\/\/)[^\s/'"]*@/g, '$1***@')
}

/** @param {string} text */
function noHome(text) {
  if (!text.includes('uv_os_homedir')) return undefined
  return 'This user has no home folder, where downloads are kept: name another one, FLATLAND_CACHE=/a/folder npm start.'
}

/**
 * @param {string} text
 * @param {string} root
 */
function diskFull(text, root) {
  if (!/ENOSPC|EDQUOT|no space left on device|disk quota exceeded/i.test(text)) return undefined
  const tight = [root, placeOfCache(), tmpdir()].filter(
    place => place !== undefined && freeMegabytes(place) < 1000,
  )
  return makeRoom(tight)
}

/**
 * Python's venv does not pass on why its pip could not be installed.
 *
 * @param {Error} error
 * @param {string} root
 */
function almostFull(error, root) {
  const full = [root, placeOfCache()].filter(place => place !== undefined && freeMegabytes(place) < 10)
  return error instanceof StepFailure && full.length > 0 ? makeRoom(full) : undefined
}

/** @param {(string | undefined)[]} places */
function makeRoom(places) {
  const left = [...new Set(places)].map(place => `${freeMegabytes(place)} MB are left in ${place}`)
  const where = left.length === 0 ? 'a quota or the number of files may be the limit' : left.join(', ')
  return (
    `The disk is full: ${where}. A clone takes some 1.5 GB, the cache 2 GB while it is filled. Make room and ${AGAIN}; ` +
    'the cache can lie on another disk: FLATLAND_CACHE=/a/folder npm start.'
  )
}

/** @param {string} text */
function network(text) {
  if (/\b407\b|proxy authentication required/i.test(text)) {
    return `The proxy wants a name and a password, or other ones (407): put name and password into https_proxy, before the host and an @. ${given()}`
  }
  if (/SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|CERTIFICATE_VERIFY_FAILED/i.test(text)) {
    return (
      'The certificate of the package registry is not known here, as behind a proxy that opens connections: name the ' +
      "proxy's own, NODE_EXTRA_CA_CERTS=/path/ca.pem PIP_CERT=/path/ca.pem npm start."
    )
  }
  const [cause] =
    /ENOTFOUND|EAI_AGAIN|ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E(NET|HOST)UNREACH|ERR_INVALID_URL|EINVALIDPROXY/.exec(
      text,
    ) ??
    /name resolution|name or service not known|connection (refused|reset)|network is unreachable|cannot connect to proxy|(read|connect\w*) ?time(d )?out|failed to parse|tunnel connection failed/i.exec(
      text,
    ) ??
    []
  if (cause === undefined) return undefined
  const advice =
    Object.keys(proxies()).length === 0
      ? 'Behind a proxy: https_proxy=http://host:port npm start.'
      : `${given()} Correct it or, without a proxy, unset it.`
  return `The package registry was not reached (${cause}). Is there a network? Then ${AGAIN}. ${advice}`
}

/**
 * @param {Error} error
 * @param {string} text
 * @param {string} root
 */
function notWritable(error, text, root) {
  const [, reason] = /\b(EACCES|EPERM|EROFS|Permission denied|Read-only file system)\b/.exec(text) ?? []
  if (reason === undefined) return undefined
  const named =
    'path' in error ? String(error.path) : /'(\/[^'\n]+)'|path (\/.+)/.exec(text)?.slice(1).find(Boolean)
  const why = /EROFS|Read-only/.test(reason) ? 'the file system is read-only' : `user ${userName()} may not`
  const cache = placeOfCache()
  // A folder above the cache stands for the cache that was to be made in it.
  const isOfCache =
    cache !== undefined && (isWithin(cache, named) || (isWithin(named, cache) && !isWithin(root, named)))
  if (isOfCache) {
    return `${cache} cannot be written, where downloads are kept: ${why}. Name another folder: FLATLAND_CACHE=/a/folder npm start.`
  }
  if (named !== undefined && !isWithin(root, named)) return `${named} cannot be used: ${why} (${reason}).`
  return (
    `${named ?? root} cannot be written: ${why}. Packages and settings are kept inside the clone: ` +
    `make one of your own, e.g. \`cp -r '${root}' ~/flatland\`, and ${AGAIN} there.`
  )
}

/**
 * The line that names the error: pip, npm and compilers say it first and go on; Python says it last.
 *
 * @param {string} printed
 */
function tellingLine(printed) {
  const lines = printed
    .trim()
    .split('\n')
    .filter(line => line.trim() !== '')
  return (lines.find(line => /\berror:? ./i.test(line)) ?? lines.at(-1) ?? '').trim()
}

/**
 * The proxies that are set, by the name of the variable. npm hands its own settings on as such.
 *
 * @returns {Record<string, string>}
 */
function proxies() {
  /** @type {Record<string, string>} */
  const found = {}
  const names = [
    'https_proxy',
    'HTTPS_PROXY',
    'http_proxy',
    'HTTP_PROXY',
    'all_proxy',
    'ALL_PROXY',
    'PIP_PROXY',
  ]
  for (const name of [...names, 'npm_config_https_proxy', 'npm_config_proxy']) {
    const value = process.env[name]
    if (value && !Object.values(found).includes(value)) found[name] = value
  }
  return found
}

function given() {
  const set = Object.entries(proxies()).map(([name, value]) => `${name}=${value}`)
  return set.length === 0 ? '' : `Given is ${set.join(' ')}.`
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function placeOfCache() {
  try {
    return cacheDirectory()
  } catch {
    return undefined
  }
}

/**
 * @param {string | undefined} folder it need not exist: then the disk of the one above it counts
 * @returns {number} Infinity when it cannot be found out
 */
function freeMegabytes(folder) {
  if (folder === undefined) return Infinity
  try {
    const { bavail, bsize } = statfsSync(folder)
    return Math.floor((bavail * bsize) / 1e6)
  } catch {
    const above = dirname(folder)
    return above === folder ? Infinity : freeMegabytes(above)
  }
}

function userName() {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

/**
 * @param {string | undefined} folder
 * @param {string | undefined} file
 */
function isWithin(folder, file) {
  if (folder === undefined || file === undefined) return false
  return file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
