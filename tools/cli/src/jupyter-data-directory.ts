import { homedir } from 'node:os'
import path from 'node:path'

/**
 * The user's own Jupyter data folder, as `jupyter --data-dir` prints it: `$JUPYTER_DATA_DIR`, or the platform's default.
 *
 * @example
 * jupyterDataDirectory({}, 'linux', '/home/ada') // '/home/ada/.local/share/jupyter'
 */
export function jupyterDataDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  // An empty variable counts as none, for Jupyter too.
  const set = (name: string) => (env[name] === '' ? undefined : env[name])
  const { win32, posix } = path
  const join = (...parts: string[]) => (platform === 'win32' ? win32 : posix).join(...parts)
  const chosen = set('JUPYTER_DATA_DIR')
  if (chosen !== undefined) return chosen
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter')
  if (platform === 'win32') {
    const appData = set('APPDATA')
    return appData === undefined ? join(home, '.jupyter', 'data') : join(appData, 'jupyter')
  }
  return join(set('XDG_DATA_HOME') ?? join(home, '.local', 'share'), 'jupyter')
}
