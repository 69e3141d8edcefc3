const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => {
  app.use(
    '/api',
    createProxyMiddleware({
      target: 'http://localhost:8080',
      xfwd: true,
      auth: 'user:secret',
      headers: { 'X-From': 'dev', Connection: 'keep-alive' },
      cookieDomainRewrite: { 'example.com': 'localhost' },
      cookiePathRewrite: { '/v1': '/' },
      autoRewrite: true,
      proxyTimeout: 20000,
      timeout: 20000,
    }),
  )
  app.use('/auth', createProxyMiddleware({ target: 'https://localhost:8443', secure: false, changeOrigin: true }))
}
