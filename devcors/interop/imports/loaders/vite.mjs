// vite.config.*, by Vite's own loader: TypeScript, env files, functions of the mode, promises.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

export async function load({ folder, file, mode }) {
  const vite = await imported(folder, 'vite')
  const env = { command: 'serve', mode: mode ?? 'development', isSsrBuild: false, isPreview: false, ssrBuild: false }
  const { config } = await vite.loadConfigFromFile(env, file, folder, 'silent').catch((error) => {
    if (/^config must export or return an object/.test(error?.message)) return {}
    throw error
  })
  // a module of CommonJS that exports nothing is an empty object
  if (!config || !Object.keys(config).length) throw new Fault('nothing', 'the config exports nothing', { file, line: 1 })
  const { server = {}, root, base } = config
  return { version: found(folder, 'vite').json.version, root, base, server }
}
