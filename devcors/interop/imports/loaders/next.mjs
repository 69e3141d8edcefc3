// next.config.*, by Next's own loader: TypeScript, env files, functions of the phase, and all its defaults.
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

export async function load({ folder, file }) {
  const { version } = found(folder, 'next').json
  const loader = await imported(folder, 'next', 'dist/server/config.js')
  const loadConfig = loader.default?.default ?? loader.default
  const config = await loadConfig('phase-development-server', folder, { silent: true })
  if (typeof config.rewrites !== 'function') {
    throw new Fault('nothing', 'the config has no rewrites()', { file, line: 1 })
  }
  const { basePath, i18n, trailingSlash, skipTrailingSlashRedirect, pageExtensions, experimental } = config
  return {
    version,
    basePath,
    locales: i18n?.locales,
    defaultLocale: i18n?.defaultLocale,
    trailingSlash,
    skipTrailingSlashRedirect,
    pageExtensions,
    proxyTimeout: experimental?.proxyTimeout,
    rewrites: await config.rewrites(),
    redirects: typeof config.redirects === 'function' ? await config.redirects() : [],
  }
}
