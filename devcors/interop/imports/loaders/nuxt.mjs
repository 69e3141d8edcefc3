// nuxt.config.*, by Nuxt's own loader: TypeScript, env files, layers, what is only for development, and all defaults.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

process.env.NODE_ENV ||= 'development' // as `nuxt dev` does, before the config is there

export async function load({ folder, file }) {
  const { loadNuxtConfig } = await imported(withKit(folder), '@nuxt/kit')
  const { app, devServer, nitro, routeRules, vite } = await loaded(loadNuxtConfig, folder, file)
  const given = [routeRules, nitro?.routeRules, nitro?.devProxy, vite?.server?.proxy]
  if (!given.some((each) => Object.keys(each ?? {}).length)) {
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

async function loaded(loadNuxtConfig, folder, file) {
  try {
    return await loadNuxtConfig({ cwd: folder, dotenv: {}, envName: 'development', overrides: { dev: true } })
  } catch (error) {
    // jiti: what, and on the next line where
    const [, said, , line] = /ParseError: (.*?)\s*\n\s*(\S+):(\d+):\d+/.exec(error?.message) ?? []
    throw said ? new Fault('syntax', said, { file, line: Number(line) }) : error
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
