// rsbuild.config.*, by Rsbuild's own loader, and its server.proxy in the http-proxy-middleware that is part of it.
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'
import { chained } from './webpack.mjs'

export async function load({ folder, file, mode }) {
  process.env.NODE_ENV ??= 'development'
  const { loadConfig } = await imported(folder, '@rsbuild/core')
  const { content } = await loadConfig({ cwd: folder, path: join(folder, file), envMode: mode })
  if (!content || !Object.keys(content).length) {
    throw new Fault('nothing', 'the config exports nothing', { file, line: 1 })
  }
  const { proxy, ...server } = content.server ?? {}
  const core = found(folder, '@rsbuild/core')
  const chain = await chained(core.folder, listed(proxy, core.json.version), await middleware(core))
  return { version: core.json.version, server, ...chain }
}

// formatProxyOptions: `changeOrigin` goes without saying, in version 1 not for the entries of a list
function listed(proxy, version) {
  if (!proxy) return []
  const usual = version.startsWith('1.') && Array.isArray(proxy) ? {} : { changeOrigin: true }
  if (Array.isArray(proxy)) return proxy.map((options) => ({ ...usual, ...options }))
  if (version.startsWith('1.') && 'target' in proxy) return [proxy]
  return Object.entries(proxy).map(([name, value]) => {
    return { name, ...usual, context: name, ...(typeof value === 'string' ? { target: value } : value) }
  })
}

async function middleware({ folder, json }) {
  const old = join(folder, 'compiled/http-proxy-middleware/index.js')
  const bundled = join(folder, 'dist/http-proxy-middleware.js')
  const version = existsSync(bundled) ? '4.0.0' : '2.0.0'
  if (!existsSync(bundled) && !existsSync(old)) {
    throw new Fault('tool', `@rsbuild/core ${json.version} has its proxy where devcors does not look for it`)
  }
  const module = existsSync(bundled) ? await import(pathToFileURL(bundled)) : createRequire(old)(old)
  return { createProxyMiddleware: module.createProxyMiddleware, version }
}
