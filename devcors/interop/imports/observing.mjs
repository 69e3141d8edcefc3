// What a handler of http-proxy's events does, seen by giving it stand-ins for request and response.

/** The handlers that `configure(proxy, options)` puts on the proxy, by the event's name. */
export async function handlersOf(configure, options) {
  const handlers = {}
  const proxy = new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'then') return undefined
        if (['on', 'once', 'addListener', 'prependListener'].includes(name)) {
          return (event, handler) => {
            ;(handlers[event] ??= []).push(handler)
            return proxy
          }
        }
        return () => proxy
      },
    },
  )
  await configure(proxy, options)
  return handlers
}

/**
 * For each request: what the handler of this event set (`[name, text]`) and removed, what else it did, what it returned.
 * `bypass` is an event, too: it has no message but the request.
 */
export async function observed(handler, event, requests, options) {
  const out = []
  for (const request of requests) out.push(await one(handler, event, request, options))
  return out
}

async function one(handler, event, request, options) {
  const seen = { set: [], removed: [], more: [], result: null }
  const req = incoming(request)
  const res = response(seen)
  const subject = event === 'proxyRes' ? answered(request.response ?? {}, seen) : outgoing(request, seen)
  const before = { ...(subject.headers ?? {}) }
  const own = { ...req.headers }
  try {
    const result = await (event === 'bypass' ? handler(req, res, options) : handler(subject, req, res, options))
    if (typeof result === 'string' || result === false) seen.result = result
  } catch (error) {
    return { threw: String(error?.message ?? error) }
  }
  if (event === 'bypass') {
    const sent = { set: [], removed: [] }
    compare(own, req.headers, sent)
    seen.sent = sent.set
  } else if (event === 'proxyRes') {
    compare(before, subject.headers, seen)
    if (subject.statusCode !== (request.response?.status ?? 200)) seen.more.push('statusCode')
  } else if (subject.path !== request.url || subject.method !== (request.method ?? 'GET')) {
    seen.more.push('path or method')
  }
  if (req.url !== request.url) seen.more.push('req.url')
  return seen
}

export function incoming({ url, method = 'GET', headers = {} }) {
  const socket = { remoteAddress: '127.0.0.1', encrypted: false, on() {}, setTimeout() {} }
  return {
    url,
    originalUrl: url,
    path: url.split('?')[0],
    method,
    headers: { host: 'localhost:5173', ...headers },
    query: Object.fromEntries(new URLSearchParams(url.split('?')[1] ?? '')),
    httpVersion: '1.1',
    socket,
    connection: socket,
    get(name) {
      return this.headers[name.toLowerCase()]
    },
    on() {
      return this
    },
    once() {
      return this
    },
  }
}

function outgoing({ url, method = 'GET', headers = {} }, seen) {
  const fields = new Map(Object.entries({ host: 'localhost:8080', ...headers }))
  return {
    path: url,
    method,
    host: 'localhost',
    protocol: 'http:',
    headersSent: false,
    getHeader: (name) => fields.get(name.toLowerCase()),
    getHeaders: () => Object.fromEntries(fields),
    getHeaderNames: () => [...fields.keys()],
    hasHeader: (name) => fields.has(name.toLowerCase()),
    setHeader(name, text) {
      fields.set(name.toLowerCase(), text)
      seen.set.push([name, String(text)])
    },
    removeHeader(name) {
      fields.delete(name.toLowerCase())
      seen.removed.push(name)
    },
    write: () => seen.more.push('write'),
    end: () => seen.more.push('end'),
    destroy: () => seen.more.push('destroy'),
    abort: () => seen.more.push('abort'),
    on() {
      return this
    },
    once() {
      return this
    },
  }
}

function answered({ status = 200, headers = {} }, seen) {
  // what is removed counts also where it is not there
  const removing = {
    deleteProperty(fields, name) {
      seen.removed.push(name)
      return delete fields[name]
    },
  }
  return {
    statusCode: status,
    statusMessage: 'OK',
    headers: new Proxy({ ...headers }, removing),
    rawHeaders: [],
    on() {
      return this
    },
    once() {
      return this
    },
    pipe: () => undefined,
  }
}

// the browser's response: what is set on it counts as much as what is changed on the backend's
function response(seen) {
  const note = (name) => () => seen.more.push(name)
  return {
    headersSent: false,
    statusCode: 200,
    getHeader: () => undefined,
    setHeader: (name, text) => seen.set.push([name, String(text)]),
    removeHeader: (name) => seen.removed.push(name),
    writeHead: note('writeHead'),
    write: note('write'),
    end: note('end'),
    status: note('status'),
    send: note('send'),
    json: note('json'),
    on() {
      return this
    },
    once() {
      return this
    },
  }
}

function compare(before, after, seen) {
  for (const [name, text] of Object.entries(after ?? {})) {
    if (JSON.stringify(before[name]) !== JSON.stringify(text)) seen.set.push([name, String(text)])
  }
  const gone = Object.keys(before).filter((name) => !(name in (after ?? {})) && !seen.removed.includes(name))
  seen.removed.push(...gone)
}
