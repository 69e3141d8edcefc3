const { createProxyMiddleware } = require('http-proxy-middleware')

const target = process.env.REACT_APP_API || 'http://localhost:8080'

module.exports = function (app) {
  if (process.env.NODE_ENV === 'production') return
  app.use('/api/v2', createProxyMiddleware({ target: 'http://localhost:8081', pathRewrite: { '^/api/v2': '/v2' } }))
  app.use('/api', createProxyMiddleware({ target, pathRewrite: { '^/api/': '/' } }))
}
