const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  const socketProxy = createProxyMiddleware('/ws', { target: 'http://localhost:8081', ws: true, changeOrigin: true })
  const apiProxy = createProxyMiddleware('/api', { target: 'http://localhost:8080', changeOrigin: true })
  app.use(apiProxy)
  app.use(socketProxy)
}
