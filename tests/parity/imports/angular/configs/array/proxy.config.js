const target = process.env.BACKEND || 'http://localhost:8080'

module.exports = [
  {
    context: ['/api/v2'],
    target: 'http://localhost:8081',
    pathRewrite: { '^/api/v2': '/v2' },
  },
  {
    context: ['/api', '/rest'],
    target,
    changeOrigin: true,
    logLevel: 'debug',
    pathRewrite: { '^/api/': '/v1/', '^/rest': '' },
  },
  { context: '/uploads', target },
]
