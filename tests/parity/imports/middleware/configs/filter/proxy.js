const { createProxyMiddleware } = require('http-proxy-middleware')
const target = process.env.BACKEND_URL || 'http://localhost:8080'

module.exports = (app) => {
  app.use(createProxyMiddleware({ target, changeOrigin: true, ws: true, pathFilter: ['/api', '/auth'] }))
}
