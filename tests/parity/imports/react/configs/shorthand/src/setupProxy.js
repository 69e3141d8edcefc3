const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(createProxyMiddleware('http://localhost:8080/rest', { changeOrigin: true }))
  app.use('/uploads', createProxyMiddleware('http://localhost:8081'))
}
