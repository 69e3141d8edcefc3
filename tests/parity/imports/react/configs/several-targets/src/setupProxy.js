const { createProxyMiddleware } = require('http-proxy-middleware')

const backends = { '/api': 'http://localhost:8080', '/auth': 'http://localhost:8081', '/graphql': 'http://localhost:8080' }

module.exports = (app) => {
  Object.entries(backends).forEach(([path, target]) => {
    app.use(createProxyMiddleware(path, { target, changeOrigin: true, logLevel: 'silent' }))
  })
}
