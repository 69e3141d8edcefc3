// the guide's with version 3, which hands on what is below the mount
const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = function (app) {
  app.use('/api', createProxyMiddleware({ target: 'http://localhost:8080/api', changeOrigin: true }))
}
