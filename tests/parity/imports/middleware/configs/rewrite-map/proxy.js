const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(
    '/api',
    createProxyMiddleware({
      target: 'http://localhost:8080',
      changeOrigin: true,
      pathRewrite: { '^/api/old': '/legacy', '^/api': '/v1', '^/old': '/legacy', '^/': '/v1/' },
    }),
  )
}
