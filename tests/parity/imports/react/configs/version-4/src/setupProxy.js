const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(
    createProxyMiddleware({
      target: 'http://localhost:8080',
      pathFilter: '/api/**',
      pathRewrite: { '^/api/v1': '/v1', '^/api': '/v2' },
      xfwd: true,
      on: { proxyReq: (proxyReq) => proxyReq.setHeader('X-Client', 'dev') },
    }),
  )
}
