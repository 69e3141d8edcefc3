// vite.config.*, by Vite's own loader: TypeScript, env files, functions of the mode, promises.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

export async function load({ folder, file, mode }) {
  const vite = await imported(folder, 'vite')
  const env = { command: 'serve', mode: mode ?? 'development', isSsrBuild: false, isPreview: false, ssrBuild: false }
  let loaded
  try {
    loaded = await vite.loadConfigFromFile(env, file, folder, 'silent')
  } catch (error) {
    if (/^config must export or return an object/.test(error?.message)) {
      throw new Fault('nothing', 'the config exports nothing', { file, line: 1 })
    }
    throw error
  }
  const { server = {}, root, base } = loaded?.config ?? {}
  return { version: found(folder, 'vite').json.version, root, base, server }
}
