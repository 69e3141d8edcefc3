const { createProxyMiddleware } = require('http-proxy-middleware')

const target = 'http://localhost:8080'

module.exports = (app) => {
  app.use(
    '/api',
    createProxyMiddleware({
      target,
      changeOrigin: true,
      onProxyReq: (proxyReq, req, res) => {
        proxyReq.setHeader('ngrok-skip-browser-warning', 'true')
      },
      onProxyRes: (proxyRes) => {
        proxyRes.headers['Access-Control-Allow-Origin'] = '*'
        delete proxyRes.headers['x-powered-by']
      },
      onError(error, req, res) {
        res.writeHead(502)
        res.end(error.message)
      },
    }),
  )
}
