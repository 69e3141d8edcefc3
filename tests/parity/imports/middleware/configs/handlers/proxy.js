const { createProxyMiddleware } = require('http-proxy-middleware')

const onProxyReq = (proxyReq, req) => {
  console.log(req.method, req.url)
  proxyReq.setHeader('X-Tenant', 'one')
}
const onProxyRes = (proxyRes) => {
  proxyRes.headers['x-served-by'] = 'proxy'
}

module.exports = (app) => {
  app.use(
    '/api',
    createProxyMiddleware({
      target: 'http://localhost:8080',
      changeOrigin: true,
      on: { proxyReq: onProxyReq, proxyRes: onProxyRes, error: (error) => console.error(error) },
      onProxyReq,
      onProxyRes,
    }),
  )
}
