import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { VENV } from './repository.ts'

/**
 * The environment for Jupyter's programs: settings, runtime files and histories go into `.venv/jupyter`, so that
 * nothing is read from or written to the user's own Jupyter folders. They last as long as `.venv` does.
 *
 * Makes the folder.
 */
export function jupyterEnvironment(): NodeJS.ProcessEnv {
  const own = join(VENV, 'jupyter')
  // Jupyter makes the folders inside it; IPython wants this one to be there.
  mkdirSync(own, { recursive: true })
  return {
    ...process.env,
    JUPYTER_CONFIG_DIR: join(own, 'config'),
    JUPYTER_DATA_DIR: join(own, 'data'),
    JUPYTER_RUNTIME_DIR: runtimeDirectory(),
    JUPYTERLAB_SETTINGS_DIR: join(own, 'config', 'lab', 'user-settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(own, 'config', 'lab', 'workspaces'),
    IPYTHONDIR: join(own, 'ipython'),
    PYTHONIOENCODING: 'utf-8',
  }
}

/** Where a running server notes its address. */
export function runtimeDirectory(): string {
  return join(VENV, 'jupyter', 'runtime')
}
