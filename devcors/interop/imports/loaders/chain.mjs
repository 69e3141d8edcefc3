// A chain of middlewares, asked what it does with a request. The project's own middlewares decide; where one of them
// would send the request on, it gets a stand-in for the connection instead, and what it would have sent is noted.
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { Duplex, Writable } from 'node:stream'

const PATIENCE = 1000 // milliseconds for a middleware to do anything
const asked = new AsyncLocalStorage()
const native = { http: http.request, https: https.request }
for (const [scheme, module] of [['http', http], ['https', https]]) {
  module.request = (...given) => {
    const note = asked.getStore()
    return note ? sending(note, scheme, given) : native[scheme](...given)
  }
}
syncBuiltinESMExports()

/**
 * Steps are `{ id, mounts, method, whole, handler }`: the paths (none: every path) and the method (none: each) that
 * Express would call the handler for, and whether with the whole path.
 *
 * The function that comes back takes requests `{ url, method, headers }` and says of each which step sent it on, to
 * which origin and path, with which Host field: `{ step, origin, path, host }`; `{ step, answered: true }` where a step
 * answered by itself; `{}` where none took it. With the id of a step, only that one is asked.
 */
export function asking(steps) {
  const silent = new Set() // of those that did nothing once it is not awaited again
  return async (requests, only = null) => {
    const asked = only === null ? steps : steps.filter(({ id }) => id === only)
    const said = []
    for (const request of requests) said.push(await one(asked, request, silent))
    return said
  }
}

async function one(steps, { url, method = 'GET', headers = {} }, silent) {
  const req = requestOf(url, method, headers)
  for (const { id, mounts = [], method: only, whole, handler } of steps) {
    if (only && only.toUpperCase() !== method) continue
    const taken = mounts.length ? longest(url.split('?')[0], mounts) : 0
    if (taken === undefined) continue
    // app.get and its like hand on the whole path, app.use what is below the mount
    if (!whole) mountedAt(req, taken)
    if (silent.has(id)) return { step: id, answered: true }
    const said = await stepped(handler, req)
    if (said?.silent) silent.add(id)
    if (said) return { step: id, ...said }
    mountedAt(req, 0)
  }
  return {}
}

// how much of the path a mount takes: Express compares without case, and whole segments
function longest(path, mounts) {
  for (const mount of mounts) {
    const found = (mount instanceof RegExp ? mount : expressionOf(mount)).exec(path)
    if (found) return found[0].length
  }
  return undefined
}

function expressionOf(mount) {
  const text = mount.replace(/\/+$/, '').replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${text.replace(/:\w+/g, '[^/]+').replace(/\*\w*/g, '.*')}(?=/|$)`, 'i')
}

function mountedAt(req, length) {
  const rest = req.originalUrl.slice(length)
  req.baseUrl = req.originalUrl.slice(0, length)
  req.url = rest.startsWith('/') ? rest : `/${rest}`
}

function stepped(handler, req) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ answered: true, silent: true }), PATIENCE)
    const tell = (said) => {
      clearTimeout(timer)
      resolve(said)
    }
    const res = responseFor(req, () => tell({ answered: true }))
    asked.run({ tell }, async () => {
      try {
        await handler(req, res, (error) => tell(error ? { threw: String(error?.message ?? error) } : undefined))
      } catch (error) {
        tell({ threw: String(error?.message ?? error) })
      }
    })
  })
}

function sending({ tell }, scheme, [first, second]) {
  const options = typeof first === 'object' && !(first instanceof URL) ? first : { ...partsOf(first), ...second }
  const host = options.hostname ?? String(options.host ?? 'localhost').replace(/:\d+$/, '')
  const standard = scheme === 'https' ? 443 : 80
  const port = Number(options.port || standard)
  const written = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const origin = `${scheme}://${written}${port === standard ? '' : `:${port}`}`
  tell({ origin, path: options.path ?? '/', host: options.headers?.host })
  return standInForRequest()
}

function partsOf(given) {
  const { hostname, port, pathname, search } = new URL(given)
  return { hostname, port, path: pathname + search }
}

function standInForRequest() {
  const fields = new Map()
  return Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
    setHeader: (name, text) => fields.set(name.toLowerCase(), text),
    getHeader: (name) => fields.get(name.toLowerCase()),
    removeHeader: (name) => fields.delete(name.toLowerCase()),
    setTimeout() {},
    setNoDelay() {},
    setSocketKeepAlive() {},
    flushHeaders() {},
    abort() {},
  })
}

function requestOf(url, method, headers) {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  Object.assign(socket, { remoteAddress: '127.0.0.1', server: new EventEmitter(), setTimeout() {}, setNoDelay() {} })
  socket.setKeepAlive = () => socket
  const req = new http.IncomingMessage(socket)
  const named = { host: 'localhost', ...headers }
  Object.assign(req, { url, originalUrl: url, baseUrl: '', method, headers: named, httpVersion: '1.1', params: {} })
  req.rawHeaders = Object.entries(named).flat()
  Object.assign(req, { query: Object.fromEntries(new URLSearchParams(url.split('?')[1] ?? '')), protocol: 'http' })
  Object.defineProperty(req, 'path', { get: () => req.url.split('?')[0] })
  Object.assign(req, { hostname: named.host.replace(/:\d+$/, ''), ip: '127.0.0.1', ips: [], secure: false, xhr: false })
  req.get = req.header = (name) => named[name.toLowerCase()]
  req.accepts = (kinds) => [kinds].flat().find((kind) => String(named.accept ?? '*/*').includes(kind)) ?? false
  req.push(null)
  return req
}

function responseFor(req, answered) {
  const res = new http.ServerResponse(req)
  const end = () => {
    answered()
    return res
  }
  for (const name of ['end', 'send', 'json', 'sendFile', 'redirect', 'sendStatus', 'render']) res[name] = end
  Object.assign(res, { write: () => true, locals: {} })
  res.status = (code) => Object.assign(res, { statusCode: code })
  res.set = res.header = (name, text) => (typeof name === 'string' ? res.setHeader(name, text) : undefined, res)
  return res
}
