const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(
    '/rest',
    createProxyMiddleware({
      target: 'http://localhost:8080',
      changeOrigin: true,
      pathRewrite: (path, req) => path.replace('/rest', '') || '/',
    }),
  )
  app.use('/files', createProxyMiddleware({ target: 'http://localhost:8081', pathRewrite: async (path) => '/storage' + path }))
}
