// the path by the first expression that finds it; the query stays
const rewritten = (url, cases) => {
  const [, path, query] = url.match(/^([^?]*)(.*)$/)
  const found = cases.find(([from]) => from.test(path))
  return found ? path.replace(...found) + query : url
}

// fields of a request that the backend does not get
const without = (...names) => (proxyReq) => names.forEach((name) => proxyReq.removeHeader(name))

// Origin and Referer of this server's own pages become the backend's
const ownOrigin = (origin) => (proxyReq, req) => {
  const own = `http://${req.headers.host}`
  const { referer = '' } = req.headers
  if (req.headers.origin === own) proxyReq.setHeader('origin', origin)
  if (referer === own || referer.startsWith(`${own}/`)) proxyReq.setHeader('referer', origin + referer.slice(own.length))
}

// one handler after the other
const all = (...handlers) => (...given) => handlers.forEach((handle) => handle(...given))

// http-proxy-middleware has `on` since version 3, and the others before
const handling = (proxyReq, proxyRes) => ({
  on: { ...(proxyReq && { proxyReq, proxyReqWs: proxyReq }), ...(proxyRes && { proxyRes }) },
  onProxyReq: proxyReq,
  onProxyReqWs: proxyReq,
  onProxyRes: proxyRes,
})

// fields of a response that are set, and others that are removed
const fields = (set, removed) => ({ headers }) => {
  Object.assign(headers, set)
  for (const name of removed) delete headers[name]
}

// a Location inside the backend is one of this server, and cookies of the backend hold here
const comingBack = (locations, cookies) => ({ headers }, req) => {
  const found = headers.location && locations.find(([from]) => from.test(headers.location))
  if (found) headers.location = headers.location.replace(...found).replace(/^#own/, () => `http://${req.headers.host}`)
  if (!headers['set-cookie']) return
  headers['set-cookie'] = headers['set-cookie'].map((value) => cookies.reduce((made, edit) => made.replace(...edit), value))
}
