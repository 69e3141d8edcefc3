// nuxt.config.*, by Nuxt's own loader: TypeScript, env files, layers, what is only for development, and all defaults.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

process.env.NODE_ENV ||= 'development' // as `nuxt dev` does, before the config is there

export async function load({ folder, file }) {
  const { loadNuxtConfig } = await imported(withKit(folder), '@nuxt/kit')
  const config = await loadNuxtConfig({ cwd: folder, dotenv: {}, envName: 'development', overrides: { dev: true } })
  const { app, devServer, nitro, routeRules, vite } = config
  if (!routeRules && !nitro?.routeRules && !nitro?.devProxy && !vite?.server?.proxy) {
    throw new Fault('nothing', 'the config has neither routeRules nor a proxy', { file, line: 1 })
  }
  return {
    baseURL: app?.baseURL,
    port: devServer?.port,
    https: Boolean(devServer?.https),
    // as Nuxt hands them to Nitro, whose own count more
    routeRules: { ...routeRules, ...nitro?.routeRules },
    devProxy: nitro?.devProxy ?? {},
    vite: vite?.server?.proxy ?? {},
  }
}

/** The folder that has @nuxt/kit: the project's, or that of its Nuxt. */
function withKit(folder) {
  try {
    found(folder, '@nuxt/kit')
    return folder
  } catch {
    return found(folder, 'nuxt').folder
  }
}
