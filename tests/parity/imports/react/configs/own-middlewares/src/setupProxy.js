const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use((req, res, next) => {
    console.log(req.method, req.url)
    next()
  })
  app.get('/api/health', (req, res) => res.status(200).send('here'))
  app.use('/api', createProxyMiddleware({ target: 'http://localhost:8080' }))
  app.use('/auth', (req, res, next) => {
    req.url = `/auth${req.url}`
    createProxyMiddleware({ target: 'http://localhost:8081', changeOrigin: true })(req, res, next)
  })
}
