const { createProxyMiddleware } = require('http-proxy-middleware')
const backends = { '/v1': 'http://localhost:8080', '/v2': 'http://localhost:8081' }

module.exports = (app) => {
  for (const [path, target] of Object.entries(backends)) {
    app.use(path, createProxyMiddleware({ target: 'http://localhost:8089', changeOrigin: true, router: async () => target }))
  }
}
