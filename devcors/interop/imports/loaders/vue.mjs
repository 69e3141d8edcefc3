// vue.config.*, and its devServer.proxy by Vue CLI's own preparation of it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { environment } from './environment.mjs'
import { exported, settled } from './modules.mjs'
import { found } from './project.mjs'
import { chained } from './webpack.mjs'

export async function load({ folder, file, mode = 'development' }) {
  process.env.NODE_ENV ??= 'development'
  environment(folder, [`.env.${mode}.local`, `.env.${mode}`, '.env.local', '.env'])
  const { devServer = {} } = (await settled(await exported(folder, file))) ?? {}
  const { proxy, ...server } = devServer
  if (!proxy || typeof proxy === 'string') return { server, proxy: proxy ?? null, entries: [] }
  const service = found(folder, '@vue/cli-service')
  const require = createRequire(join(service.folder, 'package.json'))
  const prepared = require('./lib/util/prepareProxy.js')(proxy, join(folder, 'public'))
  const tool = join(require.resolve('webpack-dev-server/package.json'), '..')
  const chain = await chained(tool, prepared)
  // what it prepares has functions as contexts, and a handler that makes Origin fit, as ours does
  const entries = Object.entries(proxy).map(([name, options], number) => {
    const { changeOrigin, ws, xfwd, secure } = chain.entries[number].options
    const context = name.replace(/^\^/, '')
    return { ...chain.entries[number], name, context, options: { changeOrigin, ws, xfwd, secure, ...options } }
  })
  return { ...chain, server, proxy: null, entries }
}
