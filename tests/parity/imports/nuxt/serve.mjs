// What Nuxt's dev server has before the project's pages, in front of many projects, in one process.
//
// Nitro's dev server cannot be had without building the project. So its parts are put together here as it does it: h3
// for the requests and for proxying by rule, radix3 for matching rules, ufo for URLs, httpxy for devProxy. The configs
// are loaded by Nuxt itself.
import { createServer } from 'node:http'
import { loadNuxtConfig } from '@nuxt/kit'
import { defu } from 'defu'
import { createApp, eventHandler, proxyRequest, sendRedirect, setHeaders, toNodeListener } from 'h3'
import { createProxyServer } from 'httpxy'
import { createRouter, toRouteMatcher } from 'radix3'
import { getQuery, joinURL, withQuery, withoutBase } from 'ufo'

console.log = console.info = console.warn = console.error // standard output is for the ports alone

const CORS = { origin: '*', methods: '*', headers: '*' }
const EVERYBODY = Object.entries(CORS).map(([name, value]) => [`access-control-allow-${name}`, value])

/** A rule as Nitro keeps it: with tables, and the prefix of its `/**`. */
function kept(path, { proxy, redirect, cors, headers }) {
  const table = (given) => (typeof given === 'string' ? { to: given } : given)
  const base = path.endsWith('/**') ? { base: path.slice(0, -3) } : {}
  return {
    proxy: proxy && { ...table(proxy), ...base },
    redirect: redirect && table(redirect),
    headers: { ...(cors && Object.fromEntries(EVERYBODY)), ...headers },
  }
}

function byRules(rules) {
  const routes = Object.fromEntries(Object.entries(rules).map(([path, rule]) => [path, kept(path, rule)]))
  const matcher = toRouteMatcher(createRouter({ routes }))
  return eventHandler((event) => {
    const { proxy, redirect, headers } = defu({}, ...matcher.matchAll(event.path.split('?')[0]).reverse())
    setHeaders(event, headers ?? {})
    if (redirect) return sendRedirect(event, redirect.to, redirect.statusCode ?? 307)
    return proxy && proxyRequest(event, goal(event.path, proxy), proxy)
  })
}

function goal(path, { to, base }) {
  if (to.endsWith('/**')) return joinURL(to.slice(0, -3), base ? withoutBase(path, base) : path)
  return path.includes('?') ? withQuery(to, getQuery(path)) : to
}

/** The handlers of devProxy, by prefix, with those of WebSockets. */
function byPrefix(prefixes) {
  return Object.keys(prefixes)
    .sort()
    .reverse()
    .map((prefix) => {
      const given = prefixes[prefix]
      const options = typeof given === 'string' ? { target: given } : given
      const proxy = createProxyServer(options)
      proxy.on('proxyReq', (request, { socket }) => {
        request.setHeader('x-forwarded-for', request.getHeader('x-forwarded-for') ?? socket.remoteAddress)
        request.setHeader('x-forwarded-port', request.getHeader('x-forwarded-port') ?? socket.localPort)
        request.setHeader('x-forwarded-proto', request.getHeader('x-forwarded-proto') ?? 'http')
      })
      return { prefix, proxy, sockets: Boolean(options.ws) }
    })
}

function served(config) {
  const app = createApp({ onError: () => {} })
  const mounted = byPrefix(config.nitro?.devProxy ?? {})
  for (const { prefix, proxy } of mounted) {
    app.use(
      prefix,
      eventHandler(async (event) => {
        event._handled = true
        await proxy.web(event.node.req, event.node.res)
      }),
    )
  }
  app.use(byRules({ ...config.routeRules, ...config.nitro?.routeRules }))
  const server = createServer(toNodeListener(app))
  server.on('upgrade', (request, socket, head) => {
    const found = mounted.find(({ prefix, sockets }) => sockets && request.url.startsWith(prefix))
    if (!found) return socket.destroy()
    request.url = request.url.slice(found.prefix.length) || '/'
    found.proxy.ws(request, socket, {}, head).catch(() => socket.destroy())
  })
  return server
}

const ports = {}
for (const [name, folder] of Object.entries(JSON.parse(process.argv[2]))) {
  const server = served(await loadNuxtConfig({ cwd: folder, envName: 'development', overrides: { dev: true } }))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  ports[name] = server.address().port
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
process.stdin.on('end', () => process.exit()).resume()
