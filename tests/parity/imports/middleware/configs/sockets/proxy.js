const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use('/socket.io', createProxyMiddleware({ target: 'http://localhost:8081/socket.io', ws: true }))
  app.use('/api', createProxyMiddleware({ target: 'http://localhost:8080', changeOrigin: true, ws: false }))
}
