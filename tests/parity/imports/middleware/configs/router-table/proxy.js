const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(
    createProxyMiddleware({
      target: 'http://localhost:8080',
      router: { 'other.localhost': 'http://localhost:8081', '/rest': 'http://localhost:8081', '/files': 'http://localhost:8081/storage' },
    }),
  )
}
