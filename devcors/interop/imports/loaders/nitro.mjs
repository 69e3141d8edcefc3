// nitro.config.*, as Nitro loads it: with c12, its presets apart, and as for development.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

process.env.NODE_ENV ||= 'development'

export async function load({ folder, file }) {
  globalThis.defineNitroConfig ??= (config) => config // Nitro puts it there too
  const { loadConfig } = await imported(withC12(folder), 'c12')
  const { config } = await loadConfig({ name: 'nitro', cwd: folder, dotenv: true, envName: 'development' })
  const { baseURL, devProxy, devServer, routeRules } = config ?? {}
  if (![devProxy, routeRules].some((each) => Object.keys(each ?? {}).length)) {
    throw new Fault('nothing', 'the config has neither routeRules nor devProxy', { file, line: 1 })
  }
  return { baseURL, port: devServer?.port, https: false, routeRules: routeRules ?? {}, devProxy: devProxy ?? {}, vite: {} }
}

/** The folder that has c12: the project's, or that of its Nitro. */
function withC12(folder) {
  try {
    found(folder, 'c12')
    return folder
  } catch {
    return found(folder, 'nitropack').folder
  }
}
