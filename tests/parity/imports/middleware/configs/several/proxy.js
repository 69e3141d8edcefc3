const { createProxyMiddleware } = require('http-proxy-middleware')

const options = { target: 'http://localhost:8080', changeOrigin: true }

module.exports = function (app) {
  app.use(['/api', '/auth'], createProxyMiddleware(options))
  app.use('/graphql', createProxyMiddleware({ ...options, target: 'http://localhost:8081/graphql' }))
  app.get('/files/*', createProxyMiddleware({ target: 'http://localhost:8081' }))
}
