const { createProxyMiddleware } = require('http-proxy-middleware')

// versions before 3 have the paths as the first argument
const made = (paths, options) =>
  createProxyMiddleware.length > 1 ? createProxyMiddleware(paths, options) : createProxyMiddleware({ ...options, pathFilter: paths })

module.exports = (app) => {
  app.use(made(['/api/**', '!/api/old/*'], { target: 'http://localhost:8080' }))
  app.use(made('/rest/*/c.json', { target: 'http://localhost:8081' }))
  app.use(made((path, req) => path.startsWith('/files') && req.method === 'GET', { target: 'http://localhost:8081' }))
}
