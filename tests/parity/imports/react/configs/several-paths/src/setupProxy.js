const proxy = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(proxy(['/api', '/auth'], { target: 'http://localhost:8080' }))
  app.use(proxy('/files/**', { target: 'http://localhost:8081', changeOrigin: true, secure: false }))
}
