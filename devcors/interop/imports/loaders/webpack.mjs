// webpack.config.*, as webpack-cli loads it, and its devServer.proxy in the project's own http-proxy-middleware.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault } from '../places.mjs'
import { asking } from './chain.mjs'
import { globsOf } from './globs.mjs'
import { exported, settled } from './modules.mjs'
import { found } from './project.mjs'

export async function load({ folder, file, env = {}, mode }) {
  process.env.WEBPACK_SERVE ??= 'true'
  const given = { WEBPACK_SERVE: true, ...env }
  const value = await exported(folder, file)
  const argv = { env: given, ...(mode ? { mode } : {}), config: [join(folder, file)] }
  const configs = await Promise.all([await value].flat().map((config) => settled(config, given, argv)))
  if (configs.some((config) => config === null || typeof config !== 'object')) {
    throw new Fault('nothing', 'the config is no object', { file, line: 1 })
  }
  const { proxy, ...server } = configs.flat().find(({ devServer }) => devServer?.proxy)?.devServer ?? {}
  const tool = found(folder, 'webpack-dev-server')
  return { version: tool.json.version, server, ...(await chained(tool.folder, listed(proxy))) }
}

/** The entries of `devServer.proxy` in the form that version 5 has; before it there was also an object. */
export function listed(proxy) {
  if (proxy === undefined || proxy === null || proxy === false) return []
  if (Array.isArray(proxy)) return proxy
  if (typeof proxy === 'string') return [{ context: '/', target: proxy }]
  if ('target' in proxy || 'router' in proxy) return [proxy]
  return Object.entries(proxy).map(([key, value]) => {
    const context = key.replace(/^\*$/, '**').replace(/\/\*$/, '')
    return { name: key, ...(typeof value === 'string' ? { target: value } : value), context }
  })
}

/** The entries, and a function that asks them, by `made` or the http-proxy-middleware that the package in `tool` has. */
export async function chained(tool, proxies, made = undefined) {
  const require = createRequire(join(tool, 'package.json'))
  const { createProxyMiddleware, version } = made ?? (await middleware(require))
  const entries = []
  const steps = []
  for (const [id, item] of proxies.entries()) {
    const { name, ...options } = typeof item === 'function' ? item() : item
    const context = options.context ?? options.path ?? options.pathFilter
    entries.push({ name, context, options, mounts: [], version, computed: typeof item === 'function' })
    steps.push({ id, handler: handlerOf(createProxyMiddleware, context, options, version) })
  }
  return { entries, globs: globsOf(require, entries), ask: asking(steps) }
}

async function middleware(require) {
  try {
    const { type, version } = require('http-proxy-middleware/package.json')
    const file = require.resolve('http-proxy-middleware')
    const module = type === 'module' ? await import(pathToFileURL(file)) : require(file)
    return { createProxyMiddleware: module.createProxyMiddleware ?? module.default ?? module, version }
  } catch (error) {
    const needs = 'http-proxy-middleware'
    throw new Fault('missing', `${needs} cannot be loaded: ${error.message}`, { needs })
  }
}

function handlerOf(create, context, { bypass, ...options }, version) {
  const proxied = options.target || options.router ? made(create, context, options, version) : undefined
  return async (req, res, next) => {
    const instead = typeof bypass === 'function' ? await bypass(req, res, options) : undefined
    if (typeof instead === 'boolean' || typeof instead === 'string') return res.end()
    return proxied ? proxied(req, res, next) : next()
  }
}

// since version 3 the context is one of the options
function made(create, context, options, version) {
  const quiet = { ...options, ws: false, logLevel: 'silent' }
  if (Number.parseInt(version, 10) >= 3) return create({ ...quiet, pathFilter: context })
  return context === undefined ? create(quiet) : create(context, quiet)
}
