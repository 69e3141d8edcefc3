const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = function (app) {
  app.use(
    '/api',
    createProxyMiddleware({ target: 'http://localhost:8080', pathRewrite: { '^/api': '' }, secure: false, logLevel: 'debug' }),
  )
  app.use('/auth', createProxyMiddleware({ target: 'http://localhost:8081/', pathRewrite: { '^/auth': '/' } }))
}
